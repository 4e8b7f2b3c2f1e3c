import Randomness
import Testing

/// The two hashes, compared with published values.
@Suite struct MixingTests {
  /// SplitMix64 increments its state by the golden gamma and mixes it. The outputs for seed 1234567
  /// are those of Rosetta Code, "Pseudo-random numbers/Splitmix64"; those for seed 0 are the seed
  /// of xoshiro256 in its authors' example.
  @Test(
    arguments: [
      (
        0,
        [
          0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F,
          0xF88B_B8A8_724C_81EC, 0x1B39_896A_51A8_749B,
        ]
      ),
      (
        1_234_567,
        [
          6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
          4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func splitMix64GivesThePublishedSequence(_ seed: UInt64, _ expected: [UInt64]) {
    let outputs = (1...5).map { step in
      splitMix64(seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15)
    }
    #expect(outputs == expected)
  }

  @Test func splitMix64LeavesZeroAlone() {
    #expect(splitMix64(0) == 0)
  }

  /// Changing one bit of the input changes about half of the output's.
  @Test func splitMix64Avalanches() {
    for bit in 0..<64 {
      let changes = (0..<256).map { sample -> Int in
        let word = UInt64(sample) &* 0xD134_2543_DE82_EF95
        return (splitMix64(word) ^ splitMix64(word ^ (1 << UInt64(bit)))).nonzeroBitCount
      }
      // 256 · 64 bits: the mean is 32 with a standard deviation of 0.25, of which five are allowed.
      let mean = Double(changes.reduce(0, +)) / 256
      #expect(abs(mean - 32) < 1.25, "bit \(bit): \(mean) bits change")
    }
  }

  /// Vectors of the authors' test suite (Fowler, Noll, Vo; RFC 9923, appendix C).
  @Test(
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C),
      ("b", 0xAF63_DF4C_8601_F1A5), ("foobar", 0x8594_4171_F739_67E8),
      ("chongo was here!\n", 0x4681_0940_EFF5_F915),
    ] as [(String, UInt64)])
  func fnv1a64GivesThePublishedHashes(_ text: String, _ expected: UInt64) {
    #expect(fnv1a64(text.utf8) == expected)
  }
}
