#pragma once

#include "bfloat16.h"

/// Products of bfloat16 matrices in tile registers (AMX), with sums in float32. A header, because
/// these are inlined instructions; everything around them is Swift.
///
/// A *pixel tile* is 16 rows of 32 bfloat16, a *weight tile* 16 rows of 16 pairs: row r holds elements
/// 2r and 2r + 1 of each of 16 columns. Their product is a *sum tile* of 16 × 16 floats.
///
/// Tile registers: sums 0 1 / 2 3 (a row for each pixel tile), pixels 4 5, weights 6 7.

/// Adds, in each lane, the products of the pair of bfloat16 at `pair` and the pair in that lane of
/// `weights`.
__attribute__((always_inline)) static inline Floats16 addPairProducts(
    Floats16 sums, const void *pair, Words16 weights) {
  unsigned int bits;
  __builtin_memcpy(&bits, pair, sizeof bits);
#if defined(__AVX512BF16__)
  return (Floats16)_mm512_dpbf16_ps(
      (__m512)sums, (__m512bh)weights, (__m512bh)_mm512_set1_epi32((int)bits));
#else
  Words16 pairs = bits;
  sums += (Floats16)(pairs << 16) * (Floats16)(weights << 16);
  return sums + (Floats16)(pairs & 0xFFFF0000u) * (Floats16)(weights & 0xFFFF0000u);
#endif
}

/// Words with `first` in the lower half and `second` in the upper.
__attribute__((always_inline)) static inline Words16 pairHalves(Halves16 first, Halves16 second) {
  return __builtin_convertvector(first, Words16) | (__builtin_convertvector(second, Words16) << 16);
}

#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__linux__)
#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int tilesAreCompiledIn(void) { return 1; }

/// Requests the tile registers from the operating system, once per process; returns 0 if granted.
static inline long tilesRequest(void) {
  const long requestPermission = 0x1023, tileData = 18;
  return syscall(SYS_arch_prctl, requestPermission, tileData);
}

/// Configures the calling thread's tiles; each is 16 rows of 64 bytes.
static inline void tilesConfigure(void) {
  static const struct {
    uint8_t palette, firstRow, reserved[14];
    uint16_t rowBytes[16];
    uint8_t rows[16];
  } __attribute__((aligned(64))) layout = {
      1, 0, {0}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
  _tile_loadconfig(&layout);
}

/// Releases the calling thread's tiles, so that a context switch need not save them.
static inline void tilesRelease(void) { _tile_release(); }

static inline void tilesClear(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

/// Adds products of two pixel tiles and two weight tiles; rows of pixels are `step` bytes apart.
static inline void tilesAdd22(
    const void *pixels0, const void *pixels1, long step, const void *weights0,
    const void *weights1, long weightStep) {
  _tile_loadd(4, pixels0, step);
  _tile_loadd(6, weights0, weightStep);
  _tile_loadd(7, weights1, weightStep);
  _tile_loadd(5, pixels1, step);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

static inline void tilesAdd21(
    const void *pixels0, const void *pixels1, long step, const void *weights0, long weightStep) {
  _tile_loadd(4, pixels0, step);
  _tile_loadd(6, weights0, weightStep);
  _tile_loadd(5, pixels1, step);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(2, 5, 6);
}

static inline void tilesAdd12(
    const void *pixels0, long step, const void *weights0, const void *weights1, long weightStep) {
  _tile_loadd(4, pixels0, step);
  _tile_loadd(6, weights0, weightStep);
  _tile_loadd(7, weights1, weightStep);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
}

static inline void tilesAdd11(
    const void *pixels0, long step, const void *weights0, long weightStep) {
  _tile_loadd(4, pixels0, step);
  _tile_loadd(6, weights0, weightStep);
  _tile_dpbf16ps(0, 4, 6);
}

/// Writes the sum tile of a pixel tile (0 or 1) and a weight tile (0 or 1); rows are `step` bytes
/// apart.
static inline void tilesStore00(void *target, long step) { _tile_stored(0, target, step); }
static inline void tilesStore01(void *target, long step) { _tile_stored(1, target, step); }
static inline void tilesStore10(void *target, long step) { _tile_stored(2, target, step); }
static inline void tilesStore11(void *target, long step) { _tile_stored(3, target, step); }

#else

static inline int tilesAreCompiledIn(void) { return 0; }
static inline long tilesRequest(void) { return -1; }
static inline void tilesConfigure(void) {}
static inline void tilesRelease(void) {}
static inline void tilesClear(void) {}
static inline void tilesAdd22(
    const void *pixels0, const void *pixels1, long step, const void *weights0,
    const void *weights1, long weightStep) {}
static inline void tilesAdd21(
    const void *pixels0, const void *pixels1, long step, const void *weights0, long weightStep) {}
static inline void tilesAdd12(
    const void *pixels0, long step, const void *weights0, const void *weights1, long weightStep) {}
static inline void tilesAdd11(
    const void *pixels0, long step, const void *weights0, long weightStep) {}
static inline void tilesStore00(void *target, long step) {}
static inline void tilesStore01(void *target, long step) {}
static inline void tilesStore10(void *target, long step) {}
static inline void tilesStore11(void *target, long step) {}

#endif
