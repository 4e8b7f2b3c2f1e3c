#pragma once

// What the compiler may use of the processor. A header, because only the C compiler knows, under
// the flags of the module that includes it.

/// Bits of the widest vectors.
static inline int kernelVectorBits(void) {
#if defined(__AVX512F__)
  return 512;
#elif defined(__AVX2__) && defined(__FMA__)
  return 256;
#else
  return 128;
#endif
}

/// Whether the processor computes vectors of 512 bits in two halves, one after the other, so that
/// vectors of 256 bits take half the time.
static inline int kernelHalvesVectors(void) {
#if defined(__znver4__)
  return 1;
#else
  return 0;
#endif
}

/// The instruction sets that the compiler may use on its own, named as in Linux's /proc/cpuinfo,
/// with a space before each. Those of every processor of the architecture are left out.
static inline const char *kernelInstructionSets(void) {
  return ""
#ifdef __SSE4_2__
      " sse4_2"
#endif
#ifdef __POPCNT__
      " popcnt"
#endif
#ifdef __AVX__
      " avx"
#endif
#ifdef __F16C__
      " f16c"
#endif
#ifdef __FMA__
      " fma"
#endif
#ifdef __FMA4__
      " fma4"
#endif
#ifdef __AVX2__
      " avx2"
#endif
#ifdef __BMI__
      " bmi1"
#endif
#ifdef __BMI2__
      " bmi2"
#endif
#ifdef __LZCNT__
      " abm"
#endif
#ifdef __MOVBE__
      " movbe"
#endif
#ifdef __GFNI__
      " gfni"
#endif
#ifdef __AVXVNNI__
      " avx_vnni"
#endif
#ifdef __AVXIFMA__
      " avx_ifma"
#endif
#ifdef __AVX512F__
      " avx512f"
#endif
#ifdef __AVX512BW__
      " avx512bw"
#endif
#ifdef __AVX512CD__
      " avx512cd"
#endif
#ifdef __AVX512DQ__
      " avx512dq"
#endif
#ifdef __AVX512VL__
      " avx512vl"
#endif
#ifdef __AVX512IFMA__
      " avx512ifma"
#endif
#ifdef __AVX512VBMI__
      " avx512vbmi"
#endif
#ifdef __AVX512VBMI2__
      " avx512_vbmi2"
#endif
#ifdef __AVX512VNNI__
      " avx512_vnni"
#endif
#ifdef __AVX512BITALG__
      " avx512_bitalg"
#endif
#ifdef __AVX512VPOPCNTDQ__
      " avx512_vpopcntdq"
#endif
#ifdef __AVX512BF16__
      " avx512_bf16"
#endif
#ifdef __AVX512FP16__
      " avx512_fp16"
#endif
#ifdef __AMX_TILE__
      " amx_tile"
#endif
#ifdef __AMX_BF16__
      " amx_bf16"
#endif
#ifdef __APX_F__
      " apx"
#endif
      ;
}

/// Vectors of sixteen elements, and of eight doubles. Swift's own conversions between vectors of
/// different element types go lane by lane.
typedef float Floats16 __attribute__((ext_vector_type(16)));
typedef float Floats8 __attribute__((ext_vector_type(8)));
typedef double Doubles8 __attribute__((ext_vector_type(8)));
typedef int Integers16 __attribute__((ext_vector_type(16)));
typedef unsigned char Bytes16 __attribute__((ext_vector_type(16)));

/// The first and the last eight elements as doubles.
__attribute__((always_inline)) static inline Doubles8 widenLow(Floats16 values) {
  return __builtin_convertvector(values.lo, Doubles8);
}

__attribute__((always_inline)) static inline Doubles8 widenHigh(Floats16 values) {
  return __builtin_convertvector(values.hi, Doubles8);
}

/// Two vectors of eight doubles, rounded to sixteen floats.
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

/// Whole floats from 0 to 255 as bytes.
__attribute__((always_inline)) static inline Bytes16 narrowToBytes(Floats16 values) {
  return __builtin_convertvector(__builtin_convertvector(values, Integers16), Bytes16);
}

/// Writes sixteen floats to aligned memory by a non-temporal store.
__attribute__((always_inline)) static inline void streamFloats(void *target, Floats16 values) {
  __builtin_nontemporal_store(values, (Floats16 *)target);
}

/// Prefetches the cache line of an address, which need not be valid.
__attribute__((always_inline)) static inline void prefetchLine(const void *memory) {
  __builtin_prefetch(memory, 0, 3);
}

/// Makes earlier non-temporal stores visible to other threads before this thread's later stores.
static inline void streamingEnds(void) {
#if defined(__SSE__)
  __builtin_ia32_sfence();
#endif
}
