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
  /// Where none has, the output goes to the new cell between the same neighbours, otherwise to the
  /// neighbour before it, and is older than its source.
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
    var free = Set(source.cells.indices)
    var same: [Int?] = copy.cells.map { old in
      guard let digest = old.codeDigest else { return nil }
      let found = source.cells.indices.first {
        free.contains($0) && source.cells[$0].codeDigest == digest
      }
      if let found { free.remove(found) }
      return found
    }
    // A cell without code shows nothing; it stands where its neighbours do.
    var result: [Place] = []
    for (index, match) in same.enumerated() {
      if let match {
        result.append(Place(index: match, isSame: true))
        continue
      }
      let before = same[..<index].last { $0 != nil } ?? nil
      let after = same[(index + 1)...].first { $0 != nil } ?? nil
      let gap = free.filter { candidate in
        candidate > before ?? -1 && candidate < after ?? source.cells.count
          && source.cells[candidate].codeDigest != nil
      }
      if copy.cells[index].codeDigest != nil, let place = gap.min() {
        free.remove(place)
        same[index] = place
        result.append(Place(index: place, isSame: false))
      } else {
        result.append(Place(index: before ?? 0, isSame: false))
      }
    }
    return result
  }
}
