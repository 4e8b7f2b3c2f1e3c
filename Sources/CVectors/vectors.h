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
