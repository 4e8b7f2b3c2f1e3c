import Foundation
import Synchronization

extension Renderer {
  /// Writes and draws figures, several at a time, since gnuplot uses only one thread.
  ///
  /// - Parameter processes: The number of gnuplot processes that run at the same time.
  /// - Throws: The error of the first figure, in their order, that fails.
  public func render(
    _ figures: [Figure], formats: [PictureFormat], into folder: URL, processes: Int
  ) throws(RenderError) {
    let errors = Mutex([RenderError?](repeating: nil, count: figures.count))
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: min(processes, figures.count)) { _ in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < figures.count else { return }
        do throws(RenderError) {
          _ = try render(figures[index], formats: formats, into: folder)
        } catch {
          errors.withLock { $0[index] = error }
        }
      }
    }
    if let error = errors.withLock({ $0.lazy.compactMap { $0 }.first }) { throw error }
  }
}

/// Collects figures and draws them together.
public final class FigureQueue {
  private var figures: [Figure] = []

  public init() {}

  public func add(_ figure: Figure) { figures.append(figure) }

  /// Draws all added figures and empties the queue.
  ///
  /// - Throws: As `Renderer.render(_:formats:into:processes:)`.
  public func draw(
    by renderer: Renderer, formats: [PictureFormat], into folder: URL, processes: Int
  ) throws(RenderError) {
    defer { figures = [] }
    try renderer.render(figures, formats: formats, into: folder, processes: processes)
  }
}
