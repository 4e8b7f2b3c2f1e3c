import Foundation
import Notebook
import TestSupport
import Testing

@Suite struct CellRecordTests {
  /// The record has the name and the output, by which the report finds the figure.
  @Test func aPlaceForAFigureIsRecorded() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      CellRecord.shared.open(inFolder: folder.url.path)
      show(figure: "curve", drawnFrom: "history", line: 7)
      let text = try String(contentsOf: folder.file("cells.jsonl"), encoding: .utf8)
      #expect(
        text
          == #"{"body":{"name":"curve","output":"history"},"kind":"drawing","line":7}"# + "\n")
    }
  }
}
