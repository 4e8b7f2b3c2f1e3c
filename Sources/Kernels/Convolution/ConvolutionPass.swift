import Tensors

/// A planned convolution of one map into another: of a layer's input, or of its output gradient
/// with rotated weights.
protocol MapPass: Sendable {
  /// Floats of scratch memory that each worker needs.
  var scratchCount: Int { get }
  /// Floats of the pool's shared memory.
  var sharedCount: Int { get }
  /// Whether `addend` may be a map other than the output.
  var addsOtherMaps: Bool { get }

  /// y = convolution of x (+ bias) (+ addend).
  ///
  /// - Parameters:
  ///   - addend: A map to add to the result. If it is y itself, the result is added to y.
  ///   - epilogue: Runs on each finished image of y.
  ///   - shared: `sharedCount` floats.
  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool)
}

extension MapPass {
  var sharedCount: Int { 0 }
  var addsOtherMaps: Bool { false }
}

/// A planned correlation of a layer's input with its output gradient.
protocol WeightGradient: Sendable {
  /// Floats of scratch memory that each worker needs.
  var scratchCount: Int { get }
  /// Floats of the pool's shared memory.
  var sharedCount: Int { get }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter shared: `sharedCount` floats.
  func run(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool)
}

/// Divides a batch into groups of images for a sum. Each group is summed into a separate buffer;
/// then the buffers are added in the order of the groups. The groups depend on sizes alone, so the
/// sum has the same bits on any number of threads.
struct GradientGroups: Sendable {
  /// Floats of a buffer.
  let size: Int
  /// The largest number of groups; a batch with fewer images has fewer groups. With large buffers
  /// it is half as large, so that their memory traffic does not exceed that of the images.
  private let most: Int

  init(_ layout: KernelLayout, size: Int) {
    self.size = size
    most = layout.count < 262_144 ? 8 : 4
  }

  /// Floats of all buffers.
  var sharedCount: Int { most * size }

  /// - Parameters:
  ///   - buffers: `sharedCount` floats.
  ///   - target: Receives the sum; may be the first buffer.
  ///   - body: Writes the sum of some images.
  func sum(
    images count: Int, buffers: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Float>, on pool: WorkerPool,
    _ body: (
      _ images: Range<Int>, _ sums: UnsafeMutablePointer<Float>,
      _ scratch: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    let groups = min(most, count)
    pool.forEachPiece(groups) { group, scratch in
      body(
        count * group / groups..<count * (group + 1) / groups, buffers + group * size, scratch)
    }
    sumInOrder(buffers, groups: groups, size: size, into: target, on: pool)
  }
}
