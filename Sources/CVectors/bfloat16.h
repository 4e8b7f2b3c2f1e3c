#pragma once

#include "vectors.h"
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

/// The upper halves by which bfloat16 stores sixteen floats.
typedef unsigned int Words16 __attribute__((ext_vector_type(16)));
typedef unsigned short Halves16 __attribute__((ext_vector_type(16)));
typedef unsigned int Words8 __attribute__((ext_vector_type(8)));
typedef unsigned short Halves8 __attribute__((ext_vector_type(8)));

/// Whether this compilation may use the processor's bfloat16 instructions.
static inline int kernelHasBFloat16(void) {
#if defined(__AVX512BF16__)
  return 1;
#else
  return 0;
#endif
}

/// The floats whose upper halves these are; their lower halves are zero.
__attribute__((always_inline)) static inline Floats16 widenBFloat16(Halves16 halves) {
  return (Floats16)(__builtin_convertvector(halves, Words16) << 16);
}

/// The nearest bfloat16 of each, of two equally near the even one; not-a-number stays.
__attribute__((always_inline)) static inline Halves16 roundToBFloat16(Floats16 values) {
#if defined(__AVX512BF16__)
  return (Halves16)_mm512_cvtneps_pbh((__m512)values);
#else
  Words16 bits = (Words16)values;
  Words16 isNaN = (Words16)((bits & 0x7FFFFFFFu) > 0x7F800000u);
  Words16 rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  // The quiet bit, lest a fraction that lies in the lower half alone leave infinity.
  Words16 quiet = (bits >> 16) | 0x40u;
  return __builtin_convertvector((quiet & isNaN) | (rounded & ~isNaN), Halves16);
#endif
}

/// The same of eight.
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

/// Writes sixteen bfloat16 to aligned memory around the caches.
__attribute__((always_inline)) static inline void streamHalves(void *target, Halves16 halves) {
  __builtin_nontemporal_store(halves, (Halves16 *)target);
}
