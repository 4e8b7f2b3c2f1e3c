import Foundation
import Pages
import Planning

/// A place in a chapter for a figure that another stage draws.
struct FigurePlacement: Equatable {
  let name: String
  /// The step whose chapter contains it.
  let step: String

  /// Its anchor.
  var identifier: String {
    "figure-\(Page.identifier(for: step))-\(Page.identifier(for: name))"
  }
}

extension RunRecord {
  /// A figure among the results of a step.
  struct Drawing {
    let chapter: Chapter
    let file: String
    let caption: String
  }

  /// The state of a figure that a chapter contains.
  enum DrawingState {
    case drawn(Drawing)
    /// It was drawn from the results of another step of the same stage.
    case ofAnother(step: String)
    case absent
  }

  /// The figure `name`, drawn by a step that read `output` of the chapter's artefact under the
  /// output's own name. Read under another name, such as a second history's, it yields other figures.
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
        other = chapters.contains { $0.name == input.step } ? input.step : other
      }
    }
    return other.map { .ofAnother(step: $0) } ?? .absent
  }

  /// The place of this chapter's figure in another chapter; nil if it is shown here.
  func placement(ofFigure file: String, drawnBy drawer: Chapter) -> FigurePlacement? {
    let name = Self.stem(of: file)
    for chapter in chapters where chapter.name != drawer.name {
      for case .drawing(name, let output) in chapter.outputs.map(\.content) {
        if case .drawn(let drawing) = drawing(called: name, from: output, of: chapter),
          drawing.chapter.name == drawer.name, drawing.file == file
        {
          return FigurePlacement(name: name, step: chapter.name)
        }
      }
    }
    return nil
  }

  /// A file's name without its last extension. A URL would look for the file in the current folder.
  static func stem(of file: String) -> String {
    guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
    return String(file[..<dot])
  }
}

extension RunRecord.Chapter {
  /// The step's outputs, cell by cell.
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
  /// The variant of a figure's drawing for narrow screens.
  var narrowDrawing: Data? {
    first { $0.lastPathComponent.hasSuffix("-narrow.svg") }.flatMap { try? Data(contentsOf: $0) }
  }
}
