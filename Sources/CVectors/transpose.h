#pragma once

#include "bfloat16.h"

/// Transposes sixteen vectors: lane i of vector j becomes lane j of vector i. Each of four rounds
/// exchanges one bit of the row's index with that bit of the lane's index.
__attribute__((always_inline)) static inline void transposeFloats16(void *vectors) {
  Floats16 *rows = (Floats16 *)vectors;
  for (int row = 0; row < 16; row++) {
    if (row & 8) continue;
    Floats16 first = rows[row], second = rows[row + 8];
    rows[row] = __builtin_shufflevector(
        first, second, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    rows[row + 8] = __builtin_shufflevector(
        first, second, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  for (int row = 0; row < 16; row++) {
    if (row & 4) continue;
    Floats16 first = rows[row], second = rows[row + 4];
    rows[row] = __builtin_shufflevector(
        first, second, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    rows[row + 4] = __builtin_shufflevector(
        first, second, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  for (int row = 0; row < 16; row++) {
    if (row & 2) continue;
    Floats16 first = rows[row], second = rows[row + 2];
    rows[row] = __builtin_shufflevector(
        first, second, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    rows[row + 2] = __builtin_shufflevector(
        first, second, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  for (int row = 0; row < 16; row++) {
    if (row & 1) continue;
    Floats16 first = rows[row], second = rows[row + 1];
    rows[row] = __builtin_shufflevector(
        first, second, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    rows[row + 1] = __builtin_shufflevector(
        first, second, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
}
