import SourceText

/// A cell of the current source, with its outputs from the stage's run.
public struct WovenCell: Sendable, Equatable {
  public let cell: StageSource.Cell
  /// The outputs of this very code.
  public internal(set) var outputs: [StageOutput] = []
  /// The outputs of an older version of the code.
  public internal(set) var olderOutputs: [StageOutput] = []
  /// Whether this very code ran; true if the cell has none.
  public internal(set) var hasRun: Bool

  init(_ cell: StageSource.Cell) {
    self.cell = cell
    hasRun = cell.codeDigest == nil
  }

  /// The current cells with an artefact's outputs.
  ///
  /// An output's cell is found by its line in the copy of the source that ran, and
  /// mapped to the cell of the current source whose code has the same tokens, wherever it is now.
  /// Without such a cell, the output goes to the cell that shares most tokens with the old one,
  /// otherwise to the cell before it, and is marked as older than its source.
  ///
  /// - Parameters:
  ///   - source: The current source.
  ///   - copy: The source that ran; nil if the stage has not run.
  /// - Returns: The cells in the current order, and the outputs that belong to no line.
  static func cells(
    of source: StageSource, ranFrom copy: StageSource?, outputs: [StageOutput]
  ) -> (cells: [WovenCell], general: [StageOutput]) {
    var woven = source.cells.map { WovenCell($0) }
    guard let copy else { return (woven, []) }
    let matches = Self.matches(from: copy, to: source)
    for place in matches where place.isSame { woven[place.index].hasRun = true }
    var general: [StageOutput] = []
    for output in outputs {
      guard let old = copy.index(ofLine: output.line), !woven.isEmpty else {
        general.append(output)
        continue
      }
      let place = matches[old]
      if place.isSame {
        woven[place.index].outputs.append(output)
      } else {
        woven[place.index].olderOutputs.append(output)
      }
    }
    return (woven, general)
  }

  private struct Place {
    var index: Int
    /// Whether this is the code that ran.
    var isSame: Bool
  }

  /// For each cell of `copy`, the corresponding cell of `source`.
  private static func matches(from copy: StageSource, to source: StageSource) -> [Place] {
    var free = Set(source.cells.indices.filter { source.cells[$0].codeDigest != nil })
    var places: [Place?] = copy.cells.map { old in
      guard let digest = old.codeDigest else { return nil }
      let found = free.sorted().first { source.cells[$0].codeDigest == digest }
      if let found { free.remove(found) }
      return found.map { Place(index: $0, isSame: true) }
    }
    for (index, old) in copy.cells.enumerated() where places[index] == nil {
      guard old.codeDigest != nil,
        let successor = Self.successor(of: old, among: free.sorted(), in: source)
      else { continue }
      free.remove(successor)
      places[index] = Place(index: successor, isSame: false)
    }
    var previous = 0
    return places.map { place in
      previous = place?.index ?? previous
      return place ?? Place(index: previous, isSame: false)
    }
  }

  /// The most likely successor of a changed cell: the one with most tokens in common, if that is at
  /// least half.
  private static func successor(
    of old: StageSource.Cell, among candidates: [Int], in source: StageSource
  ) -> Int? {
    var best: (index: Int, likeness: Double)?
    for index in candidates {
      let likeness = old.likeness(to: source.cells[index])
      if likeness >= 0.5, likeness > best?.likeness ?? 0 { best = (index, likeness) }
    }
    return best?.index
  }
}

extension StageSource.Cell {
  /// The fraction of tokens that two cells have in common, 0 to 1; slightly more if their
  /// prose is equal.
  fileprivate func likeness(to other: StageSource.Cell) -> Double {
    let (own, others) = (tokenCounts, other.tokenCounts)
    let common = own.reduce(0) { $0 + min($1.value, others[$1.key] ?? 0) }
    let total = own.values.reduce(0, +) + others.values.reduce(0, +)
    let fraction = total > 0 ? Double(2 * common) / Double(total) : 0
    return fraction + (!prose.isEmpty && prose == other.prose ? 0.25 : 0)
  }

  private var tokenCounts: [[UInt8]: Int] {
    let tokens = SourceTokens(of: code.utf8, language: .swift).tokens
    return tokens.reduce(into: [:]) { $0[$1.text, default: 0] += 1 }
  }
}
