import CVectors
import Tensors

/// The sizes of the register blocks, which depend on the vectors that the kernels are built for.
///
/// | vectors | registers | rows × vectors of 16 channels |
/// |---|---|---|
/// | 512 bits | 32 | 16 × 1, 8 × 2, 8 × 3 |
/// | 256 bits | 16 | 4 × 1; where half a vector is padding 4 × 1½ |
/// | 128 bits, arm64 | 32 | 4 × 1 |
///
/// The compiler evaluates these functions, so the machine code holds only one branch of each
/// choice.
enum RegisterBlockSize {
  // The blocks for one, two and three vectors of outputs with 512 bits, which products of bfloat16
  // pairs always use, and for any number with less.
  typealias OfOneVector = RegisterBlock<Vector, 16, 1>
  typealias OfTwoVectors = RegisterBlock<Vector, 8, 2>
  typealias OfThreeVectors = RegisterBlock<Vector, 8, 3>
  typealias Narrow = RegisterBlock<Vector, 4, 1>

  // The same with 512 bits, in blocks of four rows.
  typealias QuadsOfOneVector = InlineArray<4, RegisterBlock<Vector, 4, 1>>
  typealias QuadsOfTwoVectors = InlineArray<2, RegisterBlock<Vector, 4, 2>>
  typealias QuadsOfThreeVectors = InlineArray<2, RegisterBlock<Vector, 4, 3>>

  /// Rows of the block for one, two or three vectors of outputs with 512 bits.
  @inline(__always)
  static func wideRows(vectors: Int) -> Int {
    switch vectors {
    case 1: OfOneVector.rowCount
    case 2: OfTwoVectors.rowCount
    default: OfThreeVectors.rowCount
    }
  }

  /// Whether a vector of 16 channels takes more than one register.
  static var isNarrow: Bool {
    @inline(__always) get { kernelVectorBits() < 512 }
  }

  /// Whether the largest block is 4 × 1, or 4 × 1½: on all narrow vectors so far. Those with 32
  /// registers of 256 bits could have larger ones.
  static var isFourByOne: Bool {
    @inline(__always) get { isNarrow }
  }

  /// Whether the empty half of a last vector is left out, because half a vector takes half the
  /// time. With 512 bits, a single vector keeps its empty half.
  @inline(__always)
  static func leavesHalfOut(vectors: Int) -> Bool {
    isNarrow || kernelHalvesVectors() != 0 && vectors > 1
  }

  /// Whether a block of outputs is summed in the smaller blocks.
  @inline(__always)
  static func isByOctets(vectors: Int, endsInHalf: Bool) -> Bool {
    isNarrow || endsInHalf && leavesHalfOut(vectors: vectors)
  }
}

/// A loop nest over register blocks, written once for all their sizes.
protocol RegisterNest {
  /// Computes some columns of all rows.
  ///
  /// - Parameter first: The first column, counted in vectors of this type.
  func run<Column: SIMD, let rows: Int, let columns: Int>(
    _: RegisterBlock<Column, rows, columns>.Type, from first: Int)
}

extension RegisterNest {
  /// Computes all rows for a block of outputs, in the register blocks of this processor.
  ///
  /// - Parameters:
  ///   - vectors: Vectors of the block, up to three.
  ///   - endsInHalf: Whether the second half of the last one is padding.
  @inline(__always)
  func run(vectors: Int, endsInHalf: Bool = false) {
    guard !RegisterBlockSize.isByOctets(vectors: vectors, endsInHalf: endsInHalf) else {
      return runByOctets(vectors: vectors, endsInHalf: endsInHalf)
    }
    switch vectors {
    case 1: run(RegisterBlockSize.OfOneVector.self, from: 0)
    case 2: run(RegisterBlockSize.OfTwoVectors.self, from: 0)
    default: run(RegisterBlockSize.OfThreeVectors.self, from: 0)
    }
  }

  /// Sums in octets, vectors of eight floats. Two octets make a vector; three are used where the
  /// last half is padding: four rows of three leave three of sixteen registers for weights and one
  /// for a scalar.
  @inline(__always)
  private func runByOctets(vectors: Int, endsInHalf: Bool) {
    switch (vectors, endsInHalf) {
    case (1, _): run(RegisterBlockSize.Narrow.self, from: 0)
    case (2, true): run(RegisterBlock<SIMD8<Float>, 4, 3>.self, from: 0)
    case (2, false):
      run(RegisterBlockSize.Narrow.self, from: 0)
      run(RegisterBlockSize.Narrow.self, from: 1)
    case (_, true):
      run(RegisterBlockSize.Narrow.self, from: 0)
      run(RegisterBlock<SIMD8<Float>, 4, 3>.self, from: 2)
    default:
      run(RegisterBlockSize.Narrow.self, from: 0)
      run(RegisterBlockSize.Narrow.self, from: 1)
      run(RegisterBlockSize.Narrow.self, from: 2)
    }
  }
}

extension SIMD where Scalar == Float {
  /// Registers of this type that hold 16 channels.
  @inline(__always)
  static var countInVector: Int { FeatureMapShape.vectorWidth / scalarCount }
}

extension KernelLayout {
  /// Whether the second half of the last vector in a block of outputs is padding.
  @inline(__always)
  func endsInHalf(from vector: Int, vectors count: Int) -> Bool {
    vector + count == vectors && FeatureMapShape.endsInHalf(channels: outputs)
  }
}
