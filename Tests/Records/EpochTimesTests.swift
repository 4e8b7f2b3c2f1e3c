import Records
import Testing

@Suite struct EpochTimesTests {
  @Test func whatIsWrittenIsRead() throws {
    var times = EpochTimes()
    times.add(epoch: 4, seconds: 2.00049, images: 1000)
    times.add(epoch: 5, seconds: 0, images: 1000)
    #expect(times.text == "epoch,seconds,images_per_second\n4,2.0,499.878\n5,0.0,0.0\n")
    #expect(try EpochTimes(parsing: times.text, file: "timing.csv") == times)
    #expect(times.total == 2 && times.seconds(ofEpochs: [5, 4]) == [0, 2])
    #expect(times.seconds(ofEpochs: [4, 6]) == nil)
  }

  /// An epoch that was repeated after a crash counts only once.
  @Test func aRepeatedEpochReplacesItsRow() throws {
    var times = try EpochTimes(parsing: "epoch,seconds\n1,5\n2,6\n3,7\n", file: "timing.csv")
    times.add(epoch: 2, seconds: 4, images: 8)
    #expect(times.rows.map(\.epoch) == [1, 2] && times.total == 9)
    #expect(times.text == "epoch,seconds,images_per_second\n1,5.0,\n2,4.0,2.0\n")
  }

  @Test(arguments: [
    ("", "timing.csv is empty; expected at least the header 'epoch,seconds'"),
    ("epoch\n", "timing.csv:1: column 2 should be 'seconds', found 'the end of the line'"),
    ("epoch,seconds\n1\n", "timing.csv:2: expected 2 cells, as in the header, found 1"),
    ("epoch,seconds\nx,1\n", "timing.csv:2: column 'epoch': expected a number, found 'x'"),
    ("epoch,seconds\n1,-1\n", "timing.csv:2: column 'seconds': expected a number from 0"),
    ("epoch,seconds\n1,inf\n", "timing.csv:2: column 'seconds': expected a number from 0"),
    ("epoch,seconds\n1,2", "timing.csv:2: the file ends within a line"),
  ])
  func damageIsNamed(_ text: String, _ message: String) throws {
    let error = try #require(throws: LogError.self) {
      try EpochTimes(parsing: text, file: "timing.csv")
    }
    #expect(error.description.hasPrefix(message), "\(error)")
  }
}
