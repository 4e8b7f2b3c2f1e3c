import Notebook
import Testing

@Suite struct ProgressTests {
  private func line(width: Int?) -> String {
    Progress.line(
      label: "epoch 12/200", done: 27_008, total: 45_000, unit: "images", alreadyDone: 0,
      seconds: 54, detail: "loss 1.8297", width: width)
  }

  @Test func aLogTellsAll() {
    #expect(
      line(width: nil)
        == "epoch 12/200  60 %  27008/45000 images  500 images/s  0:36 left  loss 1.8297")
  }

  @Test(arguments: [20, 33, 46, 59, 60, 80, 81, 200])
  func aTerminalsLineCanBeRenewedInPlace(width: Int) {
    // A line as wide as the terminal would already move the cursor to the next line.
    #expect(line(width: width).count < width)
  }

  /// A clock that was set back, or an arbitrary count from a file, must not end the stage.
  @Test(arguments: [1e-300, 1e300, .infinity, .nan, -54])
  func anyTimeCanBeShown(seconds: Double) {
    let line = Progress.line(
      label: "epoch", done: .max - 1, total: .max, unit: "images", alreadyDone: 0,
      seconds: seconds, detail: "", width: nil)
    #expect(line.hasPrefix("epoch  100 %"))
  }

  @Test func whatMattersLeastGoesFirst() {
    #expect(line(width: 77) == line(width: nil))
    #expect(line(width: 76) == "epoch 12/200  60 %  500 images/s  0:36 left  loss 1.8297")
    #expect(line(width: 56) == "epoch 12/200  60 %  500 images/s  0:36 left")
    #expect(line(width: 43) == "epoch 12/200  60 %  0:36 left")
  }
}
