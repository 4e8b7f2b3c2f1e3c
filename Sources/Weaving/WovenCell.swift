import SourceText

/// A cell of today's source with what it showed when its stage ran.
public struct WovenCell: Sendable, Equatable {
  public let cell: StageSource.Cell
  /// What the code showed as it stands here.
  public internal(set) var outputs: [StageOutput] = []
  /// What other code showed in its place: older than its source.
  public internal(set) var olderOutputs: [StageOutput] = []
  /// Whether the code ran as it stands here; true where there is none to run.
  public internal(set) var hasRun: Bool

  init(_ cell: StageSource.Cell) {
    self.cell = cell
    hasRun = cell.codeDigest == nil
  }

  /// Today's cells with an artefact's outputs.
  ///
  /// An output's cell is found through its line in the copy of the source from which the stage ran, and
  /// carried to the cell of today's source whose code has the same tokens, wherever it stands now.
  /// Where none has, the output goes to the cell that this one has become, going by the tokens they
  /// share, otherwise to the cell before it, and is older than its source.
  ///
  /// - Parameters:
  ///   - source: Today's source.
  ///   - copy: The source from which the stage ran; nil where it has not run.
  /// - Returns: The cells in today's order, and the outputs that belong to no line.
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
    /// Whether the code there is the code that ran.
    var isSame: Bool
  }

  /// For each cell of `copy`, the cell of `source` that stands for it.
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

  /// The cell that a changed one has most likely become: the one with most in common, if that is at
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
  /// The fraction of tokens that two cells have in common, 0 to 1; a little more where their prose is one.
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
