/// Where the weights of a convolution lie in memory: in the order in which its kernels read them.
///
///     [blocks of outputs][kernelHeight][blocks of inputs][kernelWidth][inputs of a block][outputs of a block]
///
/// A block of outputs is two vectors, or three where one would be left over; a sum over a patch then
/// runs through memory from end to end. A block of inputs is one vector, or all channels of an image.
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

  /// Channels that lie together where a pixel has `stride` floats: a vector, or all where they do not
  /// fill vectors.
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
    // Kept, since inner loops ask: a call there would cost them their registers.
    inputBlock = Self.inputBlock(stride: inputStride)
    inputBlockCount = inputStride / inputBlock
    vectors = FeatureMapShape.paddedChannels(outputs) / FeatureMapShape.vectorWidth
  }

  public init(_ geometry: ConvolutionGeometry, inputStride: Int) {
    self.init(
      outputs: geometry.outputChannels, inputs: geometry.inputChannels, inputStride: inputStride,
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth)
  }

  /// Whether the last block of inputs is padding in part.
  public var hasInputPadding: Bool { inputs < inputStride }

  /// Inputs of a block that are no padding.
  @inlinable @inline(__always)
  public func inputsInBlock(_ block: Int) -> Int { min(inputBlock, inputs - block * inputBlock) }

  /// Vectors in the block of outputs that begins with vector `vector`.
  @inlinable @inline(__always)
  public func vectorsInBlock(from vector: Int) -> Int {
    vectors - vector == 3 ? 3 : min(2, vectors - vector)
  }

  /// Visits the blocks of outputs: the first vector of each, and how many it has.
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

  /// Floats before that block.
  public func blockOffset(from vector: Int) -> Int {
    vector * FeatureMapShape.vectorWidth * kernelHeight * kernelWidth * inputStride
  }

  /// Floats of a kernel, padding included.
  public var count: Int { blockOffset(from: vectors) }

  /// Floats from one input's weights to the next's, in the block of an output.
  public func outputStep(_ output: Int) -> Int {
    vectorsInBlock(from: firstVector(of: output)) * FeatureMapShape.vectorWidth
  }

  /// The first vector of a vector's block, and its place in it.
  public func block(ofVector vector: Int) -> (first: Int, place: Int) {
    let first = firstVector(of: vector * FeatureMapShape.vectorWidth)
    return (first, vector - first)
  }

  /// The first vector of an output's block.
  private func firstVector(of output: Int) -> Int {
    let vector = output / FeatureMapShape.vectorWidth
    let isOdd = vector % 2 == 1
    // The last vector of an odd number belongs to the block of three.
    return isOdd ? vector - 1 : vector == vectors - 1 && vectors > 1 ? vector - 2 : vector
  }

  /// The float that holds the weight from an input to an output.
  public func place(output: Int, input: Int, row: Int, column: Int) -> Int {
    let vector = firstVector(of: output)
    let block = (row * inputBlockCount + input / inputBlock) * kernelWidth + column
    return blockOffset(from: vector)
      + (block * inputBlock + input % inputBlock) * outputStep(output)
      + output - vector * FeatureMapShape.vectorWidth
  }

  /// Visits the place of each weight in PyTorch's order, [outputs, inputs, kernelHeight, kernelWidth].
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
