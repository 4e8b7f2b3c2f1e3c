import Foundation
import Records
import Testing
import Training

/// The files that show the progress of a running training in its work folder.
@Suite struct RunningFiguresTests {

  let training = Fixture.images(60, of: .train)
  let validation = Fixture.images(30, of: .test, selectedOnTest: true)

  @Test func progressAndHistoryAreWritten() throws {
    let fixture = try Fixture()
    let settings = Fixture.settings(epochs: 2)
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    let images = try TrainingImages(settings.data, training: training, validation: validation)
    let folder = fixture.folder.appendingPathComponent("w")
    let figures = RunningFigures(of: trainer, images: images, folder: folder)
    try figures.begin()
    let begun = try #require(TrainingProgress(inFolder: folder))
    #expect(begun.epoch == 1 && begun.lastEpoch == 2 && begun.imagesDone == 0)
    #expect(begun.imagesInEpoch == 60 && begun.isSelectedOnTest && begun.confusions.isEmpty)

    var last = 0
    _ = try trainer.runEpoch(
      shouldStop: { false },
      progress: { done, loss in
        figures.update(done: done, loss: loss)
        last = done
      })
    #expect(last == 60)
    try figures.finish()
    let names = training.classNames
    #expect(
      try String(contentsOf: folder.appendingPathComponent("history.csv"), encoding: .utf8)
        == TrainingHistory(trainer.history, classNames: names).text)
    #expect(trainer.history.count == 1)

    try figures.begin()
    let second = try #require(TrainingProgress(inFolder: folder))
    #expect(second.epoch == 2 && second.loss == 0)
    // Every wrongly classified validation image is a confusion.
    let top1 = try #require(trainer.history[0].validation).top1
    let wrong = second.confusions.map(\.count).reduce(0, +)
    #expect(wrong > 0 && wrong <= 30 - Int((top1 * 0.3).rounded()))
    #expect(
      second.confusions.allSatisfy { names.contains($0.truth) && names.contains($0.predicted) })
  }
}
