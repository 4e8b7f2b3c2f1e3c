import Records

extension EvaluationReport {
  /// A report of the counted predictions.
  ///
  /// - Parameters:
  ///   - checkpoints: The figures of all evaluated checkpoints.
  ///   - selected: The index of the checkpoint to which confusion and reliability belong.
  ///   - selection: How that checkpoint was selected.
  public init(
    of subject: Subject, checkpoints: [CheckpointFigures], selected: Int, selection: SelectionKind,
    count: Int, confusion: ConfusionMatrix, reliability: Reliability
  ) {
    let names = subject.classNames
    let mean = confusion.macroScores
    self.init(
      of: subject, checkpoints: checkpoints, selected: selected, selection: selection, count: count,
      balancedAccuracy: confusion.balancedAccuracy,
      perClass: names.indices.map { index in
        let (scores, support) = (confusion.scores(of: index), confusion.support(of: index))
        return ClassFigures(
          name: names[index], support: support,
          accuracy: percentage(confusion[index, index], of: support),
          precision: scores.precision, recall: scores.recall, f1: scores.f1)
      },
      macro: Scores(precision: mean.precision, recall: mean.recall, f1: mean.f1),
      mostConfused: confusion.mostConfused(limit: 10).map {
        Confusion(
          truth: names[$0.truth], predicted: names[$0.predicted], count: $0.count,
          percent: $0.percent)
      },
      expectedCalibrationError: reliability.expectedCalibrationError)
  }
}

extension EvaluationReport.CheckpointFigures {
  public init(checkpoint: String, epoch: Int, tally: ClassificationTally) {
    self.init(
      checkpoint: checkpoint, epoch: epoch, top1: tally.top1, top5: tally.top5, loss: tally.loss)
  }
}
