import Foundation
import SourceText
import TensorFiles

/// A stage's `main.swift` as a chapter: cells, each with prose and the code that follows it.
///
///     //: prose, Markdown
///     //-          a new cell
///     …  //hide    code that the page leaves out
///     …            code
///
/// A cell begins at prose that follows code, and at `//-`.
public struct StageSource: Sendable, Equatable {
  /// The kind of a source line. Only this type decides it.
  enum Line: Equatable {
    case prose(String)
    case cellBreak
    case code(String)
    case hidden(String)

    init(_ text: String) {
      if text.hasPrefix("//:") {
        let rest = text.dropFirst(3)
        self = .prose(String(rest.hasPrefix(" ") ? rest.dropFirst() : rest))
      } else if text.drop(while: \.isWhitespace) == "//-" {
        self = .cellBreak
      } else if text.hasSuffix("//hide") {
        self = .hidden(text)
      } else {
        self = .code(text)
      }
    }
  }

  /// A piece of the chapter.
  public struct Cell: Sendable, Equatable {
    /// Markdown without the `//:` marks; empty if the cell has only code.
    public internal(set) var prose = ""
    /// The line on which the prose begins.
    public internal(set) var proseLine = 1
    /// All code, including hidden lines.
    public internal(set) var code = ""
    /// The code that the page shows, without empty lines around it.
    public internal(set) var shownCode = ""
    /// The lines of the file that belong to the cell, from 1.
    public internal(set) var lines = 1..<1
    /// The digest of the code's tokens; nil if there is no code to run. Comments and layout do not
    /// change it.
    public internal(set) var codeDigest: String?
  }

  public let cells: [Cell]

  public init(_ text: String) {
    let lines = text.replacing("\r\n", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false).map { Line(String($0)) }
    var drafts: [Draft] = [Draft(start: 1)]
    for (index, line) in lines.enumerated() {
      let number = index + 1
      let current = drafts[drafts.count - 1]
      switch line {
      case .cellBreak: drafts.append(Draft(start: number))
      case .prose where current.hasCode: drafts.append(Draft(start: number))
      default: break
      }
      drafts[drafts.count - 1].append(line, number: number)
    }
    cells = drafts.filter { $0.hasProse || $0.hasCode }.map(\.cell)
  }

  /// The index of the cell to which a line of the file belongs.
  func index(ofLine line: Int) -> Int? { cells.firstIndex { $0.lines.contains(line) } }
}

/// A cell under construction.
private struct Draft {
  private let start: Int
  private var end: Int
  private var prose: [String] = []
  private var proseLine = 1
  private var code: [String] = []
  private var shown: [String] = []

  init(start: Int) {
    self.start = start
    end = start
  }

  var hasProse: Bool { !prose.isEmpty }
  var hasCode: Bool { code.contains { !$0.allSatisfy(\.isWhitespace) } }

  mutating func append(_ line: StageSource.Line, number: Int) {
    end = number + 1
    switch line {
    case .cellBreak: break
    case .prose(let text):
      if prose.isEmpty { proseLine = number }
      // Fills the gap between two blocks of prose, so that line numbers match the file.
      while !prose.isEmpty, prose.count < number - proseLine { prose.append("") }
      prose.append(text)
    case .hidden(let text): code.append(text)
    case .code(let text):
      code.append(text)
      shown.append(text)
    }
  }

  var cell: StageSource.Cell {
    var cell = StageSource.Cell()
    cell.prose = prose.joined(separator: "\n")
    cell.proseLine = proseLine
    cell.lines = start..<end
    cell.code = code.joined(separator: "\n")
    let isBlank = { (line: String) in line.allSatisfy(\.isWhitespace) }
    let trimmed = shown.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    cell.shownCode = trimmed.joined(separator: "\n")
    let tokens = SourceTokens(of: cell.code.utf8, language: .swift)
    if !tokens.tokens.isEmpty {
      cell.codeDigest = ContentDigest.sha256Hex(Data(tokens.canonicalBytes))
    }
    return cell
  }
}
