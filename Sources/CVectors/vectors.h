#pragma once

/// Bits of the widest vectors this compilation may use. A header, because only the C compiler tells,
/// and it must be asked with the flags of the module that includes it.
static inline int kernelVectorBits(void) {
#if defined(__AVX512F__)
  return 512;
#elif defined(__AVX2__) && defined(__FMA__)
  return 256;
#else
  return 128;
#endif
}

/// Sixteen numbers, and eight of twice the width. Swift's own conversions between vectors of different
/// elements go lane by lane.
typedef float Floats16 __attribute__((ext_vector_type(16)));
typedef float Floats8 __attribute__((ext_vector_type(8)));
typedef double Doubles8 __attribute__((ext_vector_type(8)));
typedef int Integers16 __attribute__((ext_vector_type(16)));
typedef unsigned char Bytes16 __attribute__((ext_vector_type(16)));

/// The first and the last eight as doubles.
__attribute__((always_inline)) static inline Doubles8 widenLow(Floats16 values) {
  return __builtin_convertvector(values.lo, Doubles8);
}

__attribute__((always_inline)) static inline Doubles8 widenHigh(Floats16 values) {
  return __builtin_convertvector(values.hi, Doubles8);
}

/// Sixteen floats nearest to two times eight doubles.
__attribute__((always_inline)) static inline Floats16 narrowDoubles(Doubles8 low, Doubles8 high) {
  Floats16 result;
  result.lo = __builtin_convertvector(low, Floats8);
  result.hi = __builtin_convertvector(high, Floats8);
  return result;
}

/// Bytes as floats.
__attribute__((always_inline)) static inline Floats16 widenBytes(Bytes16 bytes) {
  return __builtin_convertvector(bytes, Floats16);
}

/// Floats that are whole and from 0 to 255 as bytes.
__attribute__((always_inline)) static inline Bytes16 narrowToBytes(Floats16 values) {
  return __builtin_convertvector(__builtin_convertvector(values, Integers16), Bytes16);
}
