import CVectors

/// How many sums of a convolution are kept in registers at once, by the vectors these kernels are
/// built for.
///
/// | vectors | registers | of one `Vector` | tile |
/// |---|---|---|---|
/// | 512 bits | 32 | 1 | four quads by one `Vector`, two by two, two by three |
/// | 256 bits | 16 | 2 | one quad by one `Vector`; four rows by three halves (`FourByThree`) |
/// | 128 bits, arm64 | 32 | 4 | one quad by one `Vector` |
///
/// The compiler knows the answer, so that of each choice one side alone is left in the machine code.
enum RegisterTile {
  /// Whether more than one quad by one `Vector` would not stay in registers.
  static var isOneQuad: Bool {
    @inline(__always) get { kernelVectorBits() < 512 }
  }

  /// Whether the empty half of a last vector is left out: a half takes half the time. With 512 bits a single
  /// vector's is not.
  @inline(__always)
  static func leavesHalfOut(lanes: Int) -> Bool {
    isOneQuad || kernelHalvesVectors() != 0 && lanes > 1
  }

  /// Whether a block of outputs is summed in registers of 256 bits.
  @inline(__always)
  static func isByOctets(lanes: Int, endsInHalf: Bool) -> Bool {
    isOneQuad || endsInHalf && leavesHalfOut(lanes: lanes)
  }
}
