#pragma once

#include "vectors.h"
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

/// Vectors of words, and of halves: a bfloat16 is the upper half of a float's word.
typedef unsigned int Words16 __attribute__((ext_vector_type(16)));
typedef unsigned short Halves16 __attribute__((ext_vector_type(16)));
typedef unsigned int Words8 __attribute__((ext_vector_type(8)));
typedef unsigned short Halves8 __attribute__((ext_vector_type(8)));

/// Whether the compiler may use the processor's bfloat16 instructions.
static inline int kernelHasBFloat16(void) {
#if defined(__AVX512BF16__)
  return 1;
#else
  return 0;
#endif
}

/// Widens bfloat16 to floats, whose lower halves are zero.
__attribute__((always_inline)) static inline Floats16 widenBFloat16(Halves16 halves) {
  return (Floats16)(__builtin_convertvector(halves, Words16) << 16);
}

/// Rounds each float to the nearest bfloat16, ties to even; NaN stays NaN.
__attribute__((always_inline)) static inline Halves16 roundToBFloat16(Floats16 values) {
#if defined(__AVX512BF16__)
  return (Halves16)_mm512_cvtneps_pbh((__m512)values);
#else
  Words16 bits = (Words16)values;
  Words16 isNaN = (Words16)((bits & 0x7FFFFFFFu) > 0x7F800000u);
  Words16 rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  // Sets the quiet bit; without it, a NaN with its fraction in the lower half alone would become
  // infinity.
  Words16 quiet = (bits >> 16) | 0x40u;
  return __builtin_convertvector((quiet & isNaN) | (rounded & ~isNaN), Halves16);
#endif
}

/// The same for eight.
__attribute__((always_inline)) static inline Floats8 widenBFloat16Octet(Halves8 halves) {
  return (Floats8)(__builtin_convertvector(halves, Words8) << 16);
}

__attribute__((always_inline)) static inline Halves8 roundToBFloat16Octet(Floats8 values) {
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
  return (Halves8)_mm256_cvtneps_pbh((__m256)values);
#else
  Floats16 twice;
  twice.lo = values;
  twice.hi = values;
  return roundToBFloat16(twice).lo;
#endif
}

/// Writes sixteen bfloat16 to aligned memory by a non-temporal store.
__attribute__((always_inline)) static inline void streamHalves(void *target, Halves16 halves) {
  __builtin_nontemporal_store(halves, (Halves16 *)target);
}
