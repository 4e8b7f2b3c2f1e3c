import Foundation
import Gnuplot
import Records
import Testing
import Watching

@Suite struct WatchingTests {
  private func training(
    epochs: Int, run: String = "quickstart", isSelectedOnTest: Bool = false,
    names: (String, String) = ("cat", "dog")
  ) throws -> RunningTraining {
    let rows = (0..<epochs).map { "\($0 + 1),0.1,2.5,\(30 + $0),50,2.25,\(20 + $0),55\n" }
    let header =
      "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,"
      + "validation_top5\n"
    return RunningTraining(
      run: run,
      progress: TrainingProgress(
        network: "resnet8", epoch: epochs + 1, lastEpoch: 10, imagesDone: 500, imagesInEpoch: 1000,
        imagesPerSecond: 250, loss: 0.5, isSelectedOnTest: isSelectedOnTest,
        dataStatus: .generated,
        confusions: [.init(truth: names.0, predicted: names.1, count: 12, percent: 24)]),
      history: epochs == 0
        ? nil : try TrainingHistory(parsing: header + rows.joined(), file: "history.csv"))
  }

  private func screen(_ training: RunningTraining, _ columns: Int, _ lines: Int) -> [String] {
    WatchScreen(training, columns: columns, lines: lines, showsColours: false)
      .text { figure, count in (0..<count).map { "\(figure.name) \($0)" } }
  }

  @Test(arguments: [60, 80, 133], [16, 24, 50, 80])
  func everythingFits(columns: Int, lines: Int) throws {
    let long = String(repeating: "a-very-long-name-", count: 12)
    for training in [
      try training(epochs: 0), try training(epochs: 9),
      try training(epochs: 2, run: long, names: (long, long)),
    ] {
      let text = screen(training, columns, lines)
      #expect(text.count <= lines)
      #expect(text.allSatisfy { $0.count <= columns })
    }
  }

  @Test func lossAndBestAreShown() throws {
    let text = screen(try training(epochs: 2), 80, 30)
    #expect(text[0].hasPrefix("quickstart · resnet8") && text[0].hasSuffix("epoch 3 of 10"))
    // Two and a half of ten epochs are done; 7,500 images are left, at 250 per second.
    #expect(text[1].hasSuffix("25 %  250 images/s  about 0:30 left"))
    #expect(text[2] == "training loss now 0.5000, best validation 21.00 % in epoch 2")
    #expect(text.contains("top1 0") && !text.contains("loss 0"), "no room for two figures")
    #expect(text.last == "most confused: cat as dog 24 %")
    #expect(
      text.suffix(4).dropLast()
        == [
          "epoch      rate train loss      % validation loss      %",
          "    1   0.10000     2.5000  30.00          2.2500  20.00",
          "    2   0.10000     2.5000  31.00          2.2500  21.00",
        ])
    #expect(screen(try training(epochs: 2), 80, 60).contains("loss 0"))
  }

  @Test func imagesThatChooseAreNamed() throws {
    let text = screen(try training(epochs: 1, isSelectedOnTest: true), 80, 24)
    #expect(text[2].hasSuffix("best test 20.00 % in epoch 1"))
  }

  @Test func beforeTheFirstEpochThereAreNoCurves() throws {
    let text = screen(try training(epochs: 0), 60, 24)
    #expect(text.contains("The curves begin with the first epoch's end."))
  }

  @Test func aLineAnEpochWhereThereIsNoTerminal() throws {
    let training = try training(epochs: 2)
    let line = try #require(training.newestEpoch(after: 1))
    #expect(
      line.text == "quickstart  epoch 2/10  train 2.5000 31.00 %  validation 2.2500 21.00 %")
    #expect(training.newestEpoch(after: 2) == nil)
    #expect(try self.training(epochs: 0).newestEpoch(after: 0) == nil)
  }

  @Test func pagesRefreshUntilTheEnd() throws {
    func page(_ state: LivePage.State) -> String {
      LivePage(run: "a<b", state: state, time: "12:00").document
    }
    let refresh = "http-equiv=\"refresh\" content=\"5"
    let training = try training(epochs: 2, names: ("<i>", "dog"))
    let picture = Data("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".utf8)
    let running = page(.training(training, pictures: [picture]))
    #expect(running.contains(refresh + "\"") && running.contains("a&lt;b"))
    #expect(running.contains("25 % of the training, 250 images/s, about 0:30 left"))
    #expect(running.contains(picture.base64EncodedString()) && running.contains("&lt;i&gt;"))
    #expect(page(.between).contains(refresh + "\""))
    #expect(!page(.finished(hasReport: false)).contains("report.html"))
    let finished = page(.finished(hasReport: true))
    #expect(finished.contains(refresh + "; url=report.html\""))
    #expect(finished.contains("href=\"report.html\""))
    #expect(!page(.stopped).contains("http-equiv=\"refresh\""))
  }
}
