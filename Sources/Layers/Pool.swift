import Kernels
import Tensors

/// How a pooling layer places its windows over the rows and columns of its input.
public enum PoolingGrid: Hashable, Sendable {
  /// Windows of `size` every `stride` pixels; in ceil mode the edge may cut the last window.
  case windows(size: Int, stride: Int, ceilMode: Bool = false)
  /// `count` × `count` windows over the whole input; 1 pools globally.
  case adaptive(count: Int)

  func pooling(for input: FeatureMapShape) -> Pooling {
    Pooling(
      rows: windows(over: input.height), height: input.height,
      columns: windows(over: input.width), width: input.width)
  }

  func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 1, "pooling of \(inputs.count) inputs")
    let input = inputs[0]
    return input.output(
      height: windows(over: input.height).count, width: windows(over: input.width).count,
      channels: input.channels)
  }

  private func windows(over extent: Int) -> PoolingWindows {
    switch self {
    case .windows(let size, let stride, let ceilMode):
      PoolingWindows(extent: extent, size: size, stride: stride, ceilMode: ceilMode)
    case .adaptive(let count):
      PoolingWindows(extent: extent, adaptiveCount: count)
    }
  }
}

/// The windows for maps of each size that a plan has reserved.
private struct ReservedPoolings {
  private var poolings: [FeatureMapShape: Pooling] = [:]

  mutating func reserve(_ grid: PoolingGrid, for input: FeatureMapShape) -> Pooling {
    let pooling = grid.pooling(for: input)
    poolings[input.with(count: 1)] = pooling
    return pooling
  }

  /// The windows for maps of this shape, for batches of any size.
  ///
  /// - Precondition: the shape was reserved.
  subscript(shape: FeatureMapShape) -> Pooling {
    guard let pooling = poolings[shape.with(count: 1)] else {
      preconditionFailure("pooling of \(shape) was not reserved")
    }
    return pooling
  }
}

/// The mean of each window; positions beyond the edge don't count. The input may be a batch of
/// images.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, C]`.
public final class AveragePool: Layer, @unchecked Sendable {
  public let grid: PoolingGrid
  private var reserved = ReservedPoolings()

  public init(_ grid: PoolingGrid) {
    self.grid = grid
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    grid.outputShape(for: inputs)
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    _ = reserved.reserve(grid, for: inputs[0])
  }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    reserved[inputs[0].shape].averageForward(inputs[0], into: output, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    precondition(target.map.shape.fillsVectors, "a gradient of images \(target.map.shape)")
    reserved[target.map.shape]
      .averageBackward(pass.outputGradient, into: target.map, adding: target.adds, on: pool)
  }
}

/// The largest value of each window; with ReLU, at least zero. Of equal values, the first is
/// chosen.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, C]`.
public final class MaxPool: Layer, @unchecked Sendable {
  public let grid: PoolingGrid
  /// Whether ReLU is applied. It could be before or after the pooling, since only the largest value
  /// of a window matters.
  public let rectifies: Bool
  private var reserved = ReservedPoolings()
  /// For each element of the output one byte: the position of the largest value in its window, or a
  /// marker for "none".
  private var choices: [UInt8] = []

  public init(_ grid: PoolingGrid, rectifies: Bool = false) {
    self.grid = grid
    self.rectifies = rectifies
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 1...1, "maximum pooling")
    return grid.outputShape(for: inputs)
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    let pooling = reserved.reserve(grid, for: inputs[0])
    // A byte holds a position in the window; with ReLU one value is reserved for windows without a
    // positive element.
    let most = rectifies ? 255 : 256
    precondition(
      pooling.longestWindow <= most,
      "maximum pooling over windows of more than \(most) pixels")
    let count = outputShape(for: inputs).elementCount
    if mode == .training, choices.count < count {
      choices = [UInt8](repeating: 0, count: count)
    }
  }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    let pooling = reserved[inputs[0].shape]
    switch pass.mode {
    case .training:
      choices.withUnsafeMutableBufferPointer {
        pooling.maximumForward(
          inputs[0], rectified: rectifies, into: output, choices: $0.baseAddress, on: pool)
      }
    case .evaluation:
      pooling.maximumForward(
        inputs[0], rectified: rectifies, into: output, choices: nil, on: pool)
    }
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    choices.withUnsafeMutableBufferPointer { choices in
      guard let choices = choices.baseAddress else { return }
      reserved[target.map.shape].maximumBackward(
        pass.outputGradient, choices: choices, into: target.map, adding: target.adds, on: pool)
    }
  }
}
