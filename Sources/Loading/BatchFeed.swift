import Kernels
import Tensors

/// The batches of a pass over a set, each made by a thread of its own while the one before is worked on.
///
/// What comes out is what `BatchLoader.load` gives, to the bit. The thread makes images as bytes, which
/// are normalised when they are written where they are wanted; two batches exist at a time, this one as
/// bytes and that which is worked on. Nothing is allocated between the beginning of a pass and its
/// end. The thread lives as long as the feed.
public final class BatchFeed {
  private let maker = BatchMaker()
  private var loader: BatchLoader?
  /// The images that are not asked for yet.
  private var rest: ArraySlice<Int> = []
  /// Images of a whole batch.
  private var batchSize = 0
  /// Images of the batch that is being made or is ready; 0 after the last.
  private var count = 0

  public init() {}

  deinit { maker.end() }

  /// Begins a pass, and drops what is left of an earlier one.
  ///
  /// - Parameters:
  ///   - indices: The images in their order.
  ///   - epoch: The epoch as which they are augmented; nil leaves them unchanged.
  ///   - batchSize: Images in a batch; the last may have fewer.
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

  /// Writes the next batch, as often as it is asked for.
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

  /// Lets the thread make the batch that follows.
  public func advance() {
    let next = rest.prefix(batchSize)
    rest = rest.dropFirst(next.count)
    count = next.count
    if count > 0 { maker.make(next) }
  }
}
