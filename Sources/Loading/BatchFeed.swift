import Kernels
import Tensors

/// The batches of a pass over a set; a separate thread makes each one while the batch before it is
/// in use.
///
/// The batches are bit-identical to those of `BatchLoader.load`. The thread makes images as bytes,
/// which are normalised when they are written to their target. Two batches exist at a time: the
/// next one as bytes and the one in use. Nothing is allocated during a pass. The thread lives as
/// long as the feed.
public final class BatchFeed {
  private let maker = BatchMaker()
  private var loader: BatchLoader?
  /// The images of later batches.
  private var rest: ArraySlice<Int> = []
  /// Number of images in a whole batch.
  private var batchSize = 0
  /// Number of images in the batch that is being made or is ready; 0 after the last.
  private var count = 0

  public init() {}

  deinit { maker.end() }

  /// Begins a pass, and discards the rest of an earlier one.
  ///
  /// - Parameters:
  ///   - indices: The images, in order.
  ///   - epoch: The epoch that determines the augmentations; nil leaves images unchanged.
  ///   - batchSize: Number of images in a batch; the last may have fewer.
  public func begin(
    _ loader: BatchLoader, _ indices: ArraySlice<Int>, epoch: Int?, batchSize: Int
  ) {
    precondition(batchSize > 0, "batches of \(batchSize)")
    maker.waitUntilReady()
    maker.prepare(for: loader, epoch: epoch, batchSize: batchSize)
    self.loader = loader
    self.batchSize = batchSize
    rest = indices
    advance()
  }

  /// Writes the next batch. Can be called repeatedly for the same batch.
  ///
  /// Shapes: map `[count, side, side, 3]`, labels `[count]`.
  public func write(
    into map: FeatureMap, labels: UnsafeMutableBufferPointer<ClassLabel>, on pool: WorkerPool
  ) {
    guard let loader else { preconditionFailure("a batch of no pass") }
    precondition(
      count > 0 && labels.count == count
        && map.shape.with(arithmetic: .float32)
          == .images(count: count, height: loader.side, width: loader.side),
      "\(count) images of side \(loader.side) into \(map.shape) and \(labels.count) labels")
    maker.waitUntilReady()
    maker.write(into: map, labels: labels, on: pool)
  }

  /// Starts making the following batch.
  public func advance() {
    let next = rest.prefix(batchSize)
    rest = rest.dropFirst(next.count)
    count = next.count
    if count > 0 { maker.make(next) }
  }
}
