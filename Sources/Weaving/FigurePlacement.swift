import Foundation
import Pages
import Planning

/// The place that a chapter gives to a figure which another stage draws.
struct FigurePlacement: Equatable {
  let name: String
  /// The instance in whose chapter it stands.
  let instance: String

  /// What links call it.
  var identifier: String {
    "figure-\(Page.identifier(for: instance))-\(Page.identifier(for: name))"
  }
}

extension RunRecord {
  /// A figure among the results of an instance.
  struct Drawing {
    let chapter: Chapter
    let file: String
    let caption: String
  }

  /// What became of a figure that a chapter gives a place.
  enum DrawingState {
    case drawn(Drawing)
    /// It is drawn, but from the results of another instance of the same stage.
    case ofAnother(instance: String)
    case absent
  }

  /// The figure `name`, drawn by an instance that has read `output` of the chapter's artefact under the
  /// output's own name; under another, such as a second history's, other figures are drawn from it.
  func drawing(called name: String, from output: String, of chapter: Chapter) -> DrawingState {
    guard let manifest = chapter.manifest else { return .absent }
    var other: String?
    for drawer in chapters {
      guard let figure = drawer.figures.first(where: { Self.stem(of: $0.file) == name }) else {
        continue
      }
      for input in drawer.manifest?.inputs ?? []
      where input.name == output && input.output == output && input.stage == manifest.stage {
        if input.key == manifest.key {
          return .drawn(Drawing(chapter: drawer, file: figure.file, caption: figure.caption))
        }
        other = chapters.contains { $0.name == input.instance } ? input.instance : other
      }
    }
    return other.map { .ofAnother(instance: $0) } ?? .absent
  }

  /// The place that another chapter gives to a figure of this one; nil where it stands here.
  func placement(ofFigure file: String, drawnBy drawer: Chapter) -> FigurePlacement? {
    let name = Self.stem(of: file)
    for chapter in chapters where chapter.name != drawer.name {
      for case .drawing(name, let output) in chapter.outputs.map(\.content) {
        if case .drawn(let drawing) = drawing(called: name, from: output, of: chapter),
          drawing.chapter.name == drawer.name, drawing.file == file
        {
          return FigurePlacement(name: name, instance: chapter.name)
        }
      }
    }
    return nil
  }

  private static func stem(of file: String) -> String {
    URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
  }
}

extension RunRecord.Chapter {
  /// What the instance showed, cell by cell.
  var outputs: [StageOutput] { cells.flatMap { $0.outputs + $0.olderOutputs } }

  /// The figures it drew and showed.
  fileprivate var figures: [(file: String, caption: String)] {
    outputs.compactMap { output in
      guard case .figure(let file, let caption) = output.content else { return nil }
      return (file, caption)
    }
  }
}

extension [URL] {
  /// Of a figure's files, the drawing for narrow screens.
  var narrowDrawing: Data? {
    first { $0.lastPathComponent.hasSuffix("-narrow.svg") }.flatMap { try? Data(contentsOf: $0) }
  }
}
