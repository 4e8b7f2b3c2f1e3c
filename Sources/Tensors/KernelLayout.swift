/// The memory layout of a convolution's weights: the order in which its kernels read them.
///
///     [blocks of outputs][kernelHeight][blocks of inputs][kernelWidth]
///       [inputs of a block][outputs of a block]
///
/// A block of outputs is two vectors, or three if one vector would be left over; a sum over a patch
/// then reads memory sequentially. A block of inputs is one vector, or all channels of an image.
public struct KernelLayout: Hashable, Sendable {
  public let kernelHeight: Int
  public let kernelWidth: Int
  public let inputs: Int
  public let outputs: Int
  /// Floats from one pixel of the input to the next.
  public let inputStride: Int
  /// Inputs in a block, padding included.
  public let inputBlock: Int
  public let inputBlockCount: Int
  /// Vectors of outputs.
  public let vectors: Int

  /// Input channels in a block if a pixel has `stride` floats: one vector, or all channels if they
  /// don't fill vectors.
  public static func inputBlock(stride: Int) -> Int {
    stride % FeatureMapShape.vectorWidth == 0 ? FeatureMapShape.vectorWidth : stride
  }

  public init(
    outputs: Int, inputs: Int, inputStride: Int, kernelHeight: Int, kernelWidth: Int
  ) {
    self.outputs = outputs
    self.inputs = inputs
    self.inputStride = inputStride
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    // Stored, because inner loops read it: a call there would spill their registers.
    inputBlock = Self.inputBlock(stride: inputStride)
    inputBlockCount = inputStride / inputBlock
    vectors = FeatureMapShape.paddedChannels(outputs) / FeatureMapShape.vectorWidth
  }

  public init(_ geometry: ConvolutionGeometry, inputStride: Int) {
    self.init(
      outputs: geometry.outputChannels, inputs: geometry.inputChannels, inputStride: inputStride,
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth)
  }

  /// Whether the last block of inputs contains padding.
  public var hasInputPadding: Bool { inputs < inputStride }

  /// Inputs of a block that are not padding.
  @inlinable @inline(__always)
  public func inputsInBlock(_ block: Int) -> Int { min(inputBlock, inputs - block * inputBlock) }

  /// Vectors in the block of outputs that begins at vector `vector`.
  @inlinable @inline(__always)
  public func vectorsInBlock(from vector: Int) -> Int {
    vectors - vector == 3 ? 3 : min(2, vectors - vector)
  }

  /// Calls `body` with the first vector and the vector count of each block of outputs.
  @inlinable @inline(__always)
  public func forEachBlock(_ body: (_ vector: Int, _ vectors: Int) -> Void) {
    var vector = 0
    while vector < vectors {
      let count = vectorsInBlock(from: vector)
      body(vector, count)
      vector += count
    }
  }

  /// Blocks of outputs.
  public var blockCount: Int {
    var count = 0
    forEachBlock { _, _ in count += 1 }
    return count
  }

  /// Floats before the block that begins at vector `vector`.
  public func blockOffset(from vector: Int) -> Int {
    vector * FeatureMapShape.vectorWidth * kernelHeight * kernelWidth * inputStride
  }

  /// Floats of all weights, padding included.
  public var count: Int { blockOffset(from: vectors) }

  /// Floats from one input's weights to the next's, in the block of an output.
  public func outputStep(_ output: Int) -> Int {
    vectorsInBlock(from: firstVector(of: output)) * FeatureMapShape.vectorWidth
  }

  /// The first vector of the block that contains a vector, and the vector's position in the block.
  public func block(ofVector vector: Int) -> (first: Int, place: Int) {
    let first = firstVector(of: vector * FeatureMapShape.vectorWidth)
    return (first, vector - first)
  }

  /// The first vector of the block that contains an output.
  private func firstVector(of output: Int) -> Int {
    let vector = output / FeatureMapShape.vectorWidth
    let isOdd = vector % 2 == 1
    // With an odd number of vectors, the last one belongs to the block of three.
    return isOdd ? vector - 1 : vector == vectors - 1 && vectors > 1 ? vector - 2 : vector
  }

  /// The offset of the weight from an input to an output, in floats.
  public func place(output: Int, input: Int, row: Int, column: Int) -> Int {
    let vector = firstVector(of: output)
    let block = (row * inputBlockCount + input / inputBlock) * kernelWidth + column
    return blockOffset(from: vector)
      + (block * inputBlock + input % inputBlock) * outputStep(output)
      + output - vector * FeatureMapShape.vectorWidth
  }

  /// Visits the offset of each weight in PyTorch's order, [outputs, inputs, kernelHeight,
  /// kernelWidth].
  public func forEachPlace(_ body: (Int) -> Void) {
    for output in 0..<outputs {
      for input in 0..<inputs {
        for row in 0..<kernelHeight {
          for column in 0..<kernelWidth {
            body(place(output: output, input: input, row: row, column: column))
          }
        }
      }
    }
  }
}
