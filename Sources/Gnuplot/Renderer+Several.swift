import Foundation
import Synchronization

extension Renderer {
  /// Writes and draws figures, divided among several gnuplot processes: each uses only one thread,
  /// and starting one takes as long as drawing a chart.
  ///
  /// - Parameter processes: The number of gnuplot processes that run at the same time.
  /// - Throws: The error of the first figure, in their order, that fails. The others are drawn.
  public func render(
    _ figures: [Figure], formats: [PictureFormat], into folder: URL, processes: Int
  ) throws(RenderError) {
    let errors = Mutex([RenderError?](repeating: nil, count: figures.count))
    let parts = Self.parts(of: figures.map(\.drawingCost), count: processes)
    DispatchQueue.concurrentPerform(iterations: parts.count) { part in
      let found = renderInTurn(parts[part].map { figures[$0] }, formats: formats, into: folder)
      errors.withLock { errors in
        for (index, error) in zip(parts[part], found) { errors[index] = error }
      }
    }
    if let error = errors.withLock({ $0.lazy.compactMap { $0 }.first }) { throw error }
  }

  /// Divides work among processes: the dearest first, each to the process that has least to do.
  ///
  /// - Returns: The indices of each process, ascending; no process is without any.
  package static func parts(of costs: [Int], count: Int) -> [[Int]] {
    var parts = [(cost: Int, indices: [Int])](repeating: (0, []), count: max(1, count))
    for index in costs.indices.sorted(by: { (-costs[$0], $0) < (-costs[$1], $1) }) {
      let part = parts.indices.min { parts[$0].cost < parts[$1].cost } ?? 0
      parts[part].cost += costs[index]
      parts[part].indices.append(index)
    }
    return parts.map { $0.indices.sorted() }.filter { !$0.isEmpty }
  }

  /// Writes and draws figures with one gnuplot, and with another from where one has failed.
  ///
  /// - Returns: The error of each figure, nil for a success.
  private func renderInTurn(
    _ figures: [Figure], formats: [PictureFormat], into folder: URL
  ) -> [RenderError?] {
    var errors = [RenderError?](repeating: nil, count: figures.count)
    var layouts: [Layout] = []
    defer { for layout in layouts { layout.remove() } }
    for (index, figure) in figures.enumerated() {
      let own = [figure] + (formats.contains(.svg) ? [figure.narrow].compactMap { $0 } : [])
      for variant in own where errors[index] == nil {
        do throws(RenderError) {
          let layout = Layout(
            of: variant, isNarrow: variant.name != figure.name, figure: index, in: folder)
          layouts.append(layout)
          try layouts[layouts.count - 1].write(formats)
        } catch {
          errors[index] = error
        }
      }
    }
    let owners = layouts.flatMap { layout in layout.drawings.map { _ in layout.figure } }
    var rest = layouts.flatMap(\.drawings)[...]
    while let (index, error) = run(rest, in: folder) {
      errors[owners[index]] = errors[owners[index]] ?? error
      rest = rest[(index + 1)...]
    }
    for index in figures.indices where errors[index] == nil {
      let own = layouts.filter { $0.figure == index }
      do throws(RenderError) {
        for drawing in own.flatMap(\.drawings) { try drawing.check() }
        for layout in own {
          for drawing in layout.drawings { try drawing.publish(to: folder) }
        }
      } catch {
        errors[index] = error
      }
    }
    return errors
  }
}

/// A figure's script and data, and what draws them: in the folder of its pictures, or for narrow screens in a
/// folder of their own within it, which is removed. They are those of the wide figure in another layout.
private struct Layout {
  private let variant: Figure
  private let isNarrow: Bool
  /// The figure's index.
  let figure: Int
  private let folder: URL
  private(set) var drawings: [Drawing] = []

  init(of variant: Figure, isNarrow: Bool, figure: Int, in folder: URL) {
    (self.variant, self.isNarrow, self.figure) = (variant, isNarrow, figure)
    self.folder = isNarrow ? folder.appending(path: ".\(variant.name).layout") : folder
  }

  mutating func write(_ formats: [PictureFormat]) throws(RenderError) {
    if isNarrow {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw .unwritable(file: folder.path, problem: error.localizedDescription)
      }
    }
    let script = variant.script
    try Renderer.write(Data(script.utf8), to: folder.appending(path: variant.name + ".gp"))
    try Renderer.write(
      Data(variant.dataText.utf8), to: folder.appending(path: variant.name + ".csv"))
    drawings = try Drawing.all(
      of: variant.name, script: script, pixels: variant.pixelBytes,
      formats: isNarrow ? [.svg] : formats, in: folder)
  }

  func remove() {
    Drawing.removeTemporaries(of: variant.name, in: folder)
    if isNarrow { try? FileManager.default.removeItem(at: folder) }
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
