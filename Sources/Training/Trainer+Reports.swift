import Foundation
import Models
import Records
import TensorFiles

extension Trainer {
  /// Publishes checkpoints, state, history and timing, and reads the best weights back into the
  /// network.
  ///
  /// - Returns: The description in the file of the best weights.
  public func publish(
    to folder: URL, _ timing: TimingLog, classNames: [String]
  ) throws -> CheckpointDescription {
    try publish(to: folder)
    try timing.publish(to: folder)
    try AtomicFile.write(
      Data(TrainingHistory(history, classNames: classNames).text.utf8),
      to: folder.appendingPathComponent(TrainingHistory.fileName))
    let file = try Checkpoint.open(folder.appendingPathComponent("best.safetensors"))
    try Checkpoint.load(file, into: network)
    try network.writeFirstFilters(to: folder.appendingPathComponent("filters.safetensors"))
    return try Checkpoint.description(of: file)
  }

  /// The progress messages after an epoch: its figures, a new best epoch and, at intervals, a
  /// summary.
  ///
  /// - Parameters:
  ///   - timing: The log of the measured epochs.
  ///   - clock: Formats seconds as a time.
  public func lines(
    after record: EpochRecord, _ timing: TimingLog, clock: (Double) -> String
  ) -> [String] {
    let (seconds, total) = (timing.lastSeconds, timing.totalSeconds)
    var lines: [String] = []
    let isPrinted = record.epoch % settings.printEvery == 0 || isFinished
    if isPrinted {
      let speed = seconds > 0 ? Double(images(inEpoch: record.epoch)) / seconds : 0
      lines.append(
        figures(of: record) + "  \(clock(seconds))  \(text(speed, 0)) images/s"
          + imageSideMark(ofEpoch: record.epoch))
    }
    guard let status else { return lines }
    if isPrinted, let gain = status.gain, let before = status.bestBefore {
      let gained = status.quantity.text(gain: gain)
      lines.append("  new best: \(status.text), \(gained) better than in epoch \(before.epoch)")
    }
    if settings.summaryEvery > 0, record.epoch % settings.summaryEvery == 0 {
      let gap = record.gap.map { ", gap \(text($0, 2)) points" } ?? ""
      lines.append("  \(epochsDone) in \(clock(total)): best \(status.text)\(gap)")
    }
    return lines
  }

  /// " of 24 pixels"; empty if images have the same side in all epochs.
  private func imageSideMark(ofEpoch epoch: Int) -> String {
    guard !settings.imageSide.sides.isEmpty else { return "" }
    return " of \(settings.imageSide.side(inEpoch: epoch, full: network.input.height)) pixels"
  }

  /// The network, the number of images, and the start of the training.
  public var subject: String {
    let place =
      history.isEmpty && position == 0
      ? "" : "; going on in epoch \(epoch) after \(position) images"
    return
      "\(training.images.count) training and \(validation?.images.count ?? 0) validation images, "
      + "batches of \(settings.batch)\(settings.imageSide.words), "
      + "\(arenaByteCount >> 20) MiB of maps and gradients\(place)"
  }

  /// A message about the end of the run.
  ///
  /// - Parameters:
  ///   - best: The epoch of the weights that were published as the best.
  ///   - time: The time of all epochs.
  public func ending(best: Int, in time: String) -> String {
    guard !history.isEmpty else {
      return "no epoch was trained; the weights are those that the training began with"
    }
    let ending = hasStoppedEarly ? "stopped early" : "ran to the end"
    return "\(ending) after \(epochsDone) in \(time); best weights are those of epoch \(best)"
  }

  /// "1 epoch", "2 epochs".
  private var epochsDone: String { history.count == 1 ? "1 epoch" : "\(history.count) epochs" }

  private func figures(of record: EpochRecord) -> String {
    var line = "epoch \(record.epoch)/\(lastEpoch)  rate \(text(record.learningRate, 5))"
    line += "  train \(text(record.train.loss, 4)) \(text(record.train.top1, 2)) %"
    if let validation = record.validation, let gap = record.gap {
      line += "  validation \(text(validation.loss, 4)) \(text(validation.top1, 2)) %"
      line += "  gap \(text(gap, 2))"
    }
    return line
  }

  private func text(_ value: Double, _ decimals: Int) -> String {
    value.isNaN ? "–" : String(format: "%.\(decimals)f", value)
  }
}
