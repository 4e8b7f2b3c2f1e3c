import Dispatch
import Foundation
import Kernels
import Synchronization
import Tensors

/// The thread of a `BatchFeed`, and the one batch that it makes at a time.
///
/// Everything except the thread's own loop is called by the feed's user, and accesses the batch
/// only while none is being made.
final class BatchMaker: @unchecked Sendable {
  private var loader: BatchLoader?
  private var epoch: Int?
  private var indices: ArraySlice<Int> = []
  /// The batch's images, `[batchSize, 3, side, side]`, and their labels.
  private var pixels: [UInt8] = []
  private var labels: [ClassLabel] = []
  private var scratch: [UInt8] = []

  private enum Task: Int, AtomicRepresentable { case none, batch, end }
  /// The task that the thread has yet to finish.
  private let task = Atomic(Task.none)
  private let makerPlace = WaitingPlace(patience: 0)
  private let userPlace = WaitingPlace(patience: 20)
  private let ended = DispatchSemaphore(value: 0)

  init() {
    let thread = Thread { self.serve() }
    thread.name = "loading"
    thread.start()
  }

  /// Ends the thread and waits for it; a batch in progress is finished first.
  func end() {
    waitUntilReady()
    ask(.end)
    ended.wait()
  }

  /// Allocates the buffers for the batches of a pass.
  func prepare(for loader: BatchLoader, epoch: Int?, batchSize: Int) {
    self.loader = loader
    self.epoch = epoch
    func grow<Value: FixedWidthInteger>(_ values: inout [Value], to count: Int) {
      if values.count < count { values = [Value](repeating: 0, count: count) }
    }
    grow(&pixels, to: batchSize * loader.pixelsPerImage)
    grow(&labels, to: batchSize)
    grow(&scratch, to: loader.scratchByteCount)
  }

  /// Starts making a batch.
  func make(_ indices: ArraySlice<Int>) {
    self.indices = indices
    ask(.batch)
  }

  /// Waits until no batch is being made.
  func waitUntilReady() {
    userPlace.wait { task.load(ordering: .sequentiallyConsistent) == .none }
  }

  /// Writes the batch, normalised.
  func write(
    into map: FeatureMap, labels target: UnsafeMutableBufferPointer<ClassLabel>, on pool: WorkerPool
  ) {
    guard let loader else { return }
    for position in target.indices { target[position] = labels[position] }
    let size = loader.pixelsPerImage
    pixels.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      pool.forEachRange(of: map.shape.count, size: BatchLoader.imagesInPiece) { range, _ in
        for position in range {
          loader.normalize(pixels + position * size, into: map, at: position)
        }
      }
    }
  }

  private func ask(_ task: Task) {
    self.task.store(task, ordering: .sequentiallyConsistent)
    makerPlace.wake()
  }

  private func serve() {
    while true {
      makerPlace.wait { task.load(ordering: .sequentiallyConsistent) != .none }
      guard task.load(ordering: .sequentiallyConsistent) == .batch else { break }
      makeBatch()
      task.store(.none, ordering: .sequentiallyConsistent)
      userPlace.wake()
    }
    ended.signal()
  }

  private func makeBatch() {
    guard let loader else { return }
    let size = loader.pixelsPerImage
    pixels.withUnsafeMutableBufferPointer { pixels in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let pixels = pixels.baseAddress, let scratch = scratch.baseAddress else { return }
        for (position, index) in indices.enumerated() {
          loader.make(index, epoch: epoch, into: pixels + position * size, scratch: scratch)
          labels[position] = loader.images.labels[index]
        }
      }
    }
  }
}
