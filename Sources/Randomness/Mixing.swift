let goldenGamma: UInt64 = 0x9E37_79B9_7F4A_7C15

/// SplitMix64's finalizer: a bijection of 64-bit words whose every output bit depends on every
/// input bit.
public func splitMix64(_ word: UInt64) -> UInt64 {
  var z = word
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// The 64-bit FNV-1a hash of some bytes, or the continuation of an earlier hash by these bytes.
public func fnv1a64(
  _ bytes: some Sequence<UInt8>, after hash: UInt64 = 0xCBF2_9CE4_8422_2325
) -> UInt64 {
  var hash = hash
  for byte in bytes {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }
  return hash
}
