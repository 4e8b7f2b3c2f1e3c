import Foundation
import Synchronization

extension Renderer {
  /// Writes and draws figures, some of them at once: gnuplot draws with one thread.
  ///
  /// - Parameter processes: How many gnuplots run at once.
  /// - Throws: The error of the first figure that has one, in their order.
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

/// Figures that are to be drawn together.
public final class FigureQueue {
  private var figures: [Figure] = []

  public init() {}

  public func add(_ figure: Figure) { figures.append(figure) }

  /// Draws all that were added, and empties the queue.
  ///
  /// - Throws: As `Renderer.render(_:formats:into:processes:)`.
  public func draw(
    by renderer: Renderer, formats: [PictureFormat], into folder: URL, processes: Int
  ) throws(RenderError) {
    defer { figures = [] }
    try renderer.render(figures, formats: formats, into: folder, processes: processes)
  }
}
