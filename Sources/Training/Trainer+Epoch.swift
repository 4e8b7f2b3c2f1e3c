import Foundation
import Inference
import Layers
import Loading
import Metrics
import Models
import Tensors

extension Trainer {
  /// How an epoch ended.
  public enum Outcome: Sendable {
    /// All its images are trained on, the validation images are evaluated, and the state is saved.
    case finished(EpochRecord)
    /// It was stopped by `shouldStop`; the state is saved.
    case interrupted
  }

  /// Trains on the rest of the current epoch.
  ///
  /// - Parameters:
  ///   - shouldStop: Called after each step; true stops the epoch.
  ///   - progress: Called after each step with the number of images done and the mean loss so far.
  /// - Throws: `TrainingError.diverged` if the loss is no longer finite, and errors from writing
  ///   files. The last saved state is kept.
  ///
  /// - Precondition: `isFinished` is false.
  public func runEpoch(
    shouldStop: () -> Bool = { false },
    progress: (_ imagesDone: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws -> Outcome {
    precondition(!isFinished, "an epoch after the last")
    let order = training.order(epoch: epoch).prefix(images(inEpoch: epoch))
    feed.begin(
      training.shrinking(to: imageSide), order[state.position...], epoch: epoch,
      batchSize: settings.batch)
    while state.position < order.count {
      let end = min(state.position + imagesPerStep, order.count)
      try step(order[state.position..<end])
      state.position = end
      progress(end, state.tally.loss)
      if shouldStop() {
        try save()
        return .interrupted
      }
      if ContinuousClock.now - lastSave > Self.saveInterval { try save() }
    }
    return .finished(try finishEpoch())
  }

  /// One step: forward, loss and backward for each mini-batch, then one update.
  ///
  /// The state is saved only between steps, so partial gradient sums need not be stored.
  private func step(_ indices: ArraySlice<Int>) throws {
    let rate = learningRate
    let place = place(ofStep: state.position / imagesPerStep)
    if groupRates.freezes { optimizer.freeze { groupRates.isFrozen($0, at: place) } }
    let accumulates = indices.count > settings.batch
    for first in stride(from: indices.startIndex, to: indices.endIndex, by: settings.batch) {
      let batch = indices[first..<min(first + settings.batch, indices.endIndex)]
      try forward(batch, rate: rate)
      plan.backward()
      if accumulates {
        accumulator?.add(
          fraction: Double(batch.count) / Double(indices.count),
          isFirst: first == indices.startIndex,
          on: pool)
      }
    }
    if accumulates { accumulator?.finish(on: pool) }
    if let limit = settings.clipNorm {
      GradientClipping.clip(network.parameters, toNorm: limit, on: pool)
    }
    optimizer.step(on: pool) { groupRates.rate(of: $0, at: place, history: state.history) }
    updateAverage()
  }

  /// Adds the weights after the step to the average, if the step is one of those that are averaged.
  private func updateAverage() {
    guard let average,
      average.count
        < settings.average.averagedCount(
          ofSteps: optimizer.stepCount, stepsPerEpoch: stepsPerEpoch)
    else { return }
    average.update(on: pool)
    if settings.average.lookahead { average.writeBack(on: pool) }
  }

  /// Loads a mini-batch, runs it up to the loss, and counts the answers.
  private func forward(_ indices: ArraySlice<Int>, rate: Double) throws {
    let count = indices.count
    let logits = labels.withUnsafeMutableBufferPointer { labels in
      losses.withUnsafeMutableBufferPointer { losses in
        let labels = UnsafeMutableBufferPointer(rebasing: labels[..<count])
        feed.write(into: plan.input(count: count), labels: labels, on: pool)
        feed.advance()
        plan.forward(
          count: count,
          origin: BatchOrigin(seed: settings.seed, epoch: epoch, position: indices.startIndex))
        let logits = plan.logits
        loss.evaluate(
          logits, labels: UnsafeBufferPointer(labels),
          losses: UnsafeMutableBufferPointer(rebasing: losses[..<count]),
          probabilities: FeatureMap(base: probabilities.base, shape: logits.shape),
          gradient: plan.logitsGradient)
        return logits
      }
    }
    guard losses[..<count].allSatisfy(\.isFinite) else {
      throw diverged(inStep: state.position / imagesPerStep, rate: rate)
    }
    for position in 0..<count {
      let answer = UnsafeBufferPointer(
        start: logits.base + position * logits.shape.imageStride, count: network.classes)
      state.tally.add(logits: answer, label: Int(labels[position]), loss: losses[position])
    }
  }

  private func diverged(inStep step: Int, rate: Double) -> TrainingError {
    .diverged(
      epoch: epoch, step: step + 1, rate: rate,
      lastGood: store.lastGood(epochs: state.history.count))
  }

  /// Evaluates, keeps the weights that the settings select, and saves the state.
  private func finishEpoch() throws -> EpochRecord {
    let lastStep = length.steps(inEpoch: state.history.count) - 1
    let rate = rate(ofStep: lastStep)
    guard state.tally.loss.isFinite, network.isFinite else {
      throw diverged(inStep: lastStep, rate: rate)
    }
    // Evaluates the weights that are kept: the averaged ones, if there is an average.
    let record = try withKeptWeights {
      let record = EpochRecord(
        epoch: epoch, learningRate: rate, train: trainingFigures(),
        validation: validation.map { PassFigures(validate($0)) })
      guard record.validation?.loss.isFinite ?? true else {
        throw diverged(inStep: lastStep, rate: rate)
      }
      state.history.append(record)
      if bestEpoch == record.epoch { try store.keepBest(network, after: record) }
      if settings.checkpoint.keeps(epoch: record.epoch) {
        try store.keep(network, after: record)
      }
      return record
    }
    state.position = 0
    state.tally = ClassificationTally(classes: network.classes)
    try save()
    return record
  }

  private func validate(_ images: BatchLoader) -> ClassificationTally {
    var confusion = ConfusionMatrix(classes: network.classes)
    defer { validationConfusion = confusion }
    return predictor.run(images) { answer in
      confusion.add(truth: answer.label, predicted: ClassRanking.first(in: answer.logits))
    }
  }

  /// The running figures of the epoch; with `full-metrics`, the accuracies come from a separate
  /// pass.
  private func trainingFigures() -> PassFigures {
    let running = PassFigures(state.tally)
    guard settings.fullMetrics else { return running }
    let pass = PassFigures(predictor.run(trainingPass))
    return PassFigures(
      loss: running.loss, top1: pass.top1, top5: pass.top5, classTop1: pass.classTop1)
  }

  private func withKeptWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average else { return try body() }
    return try average.exchanged(on: pool, body)
  }

  private func save() throws {
    try store.save(write)
    lastSave = ContinuousClock.now
  }

  private func write(to url: URL) throws {
    try state.write(network: network, optimizer: optimizer, average: average, to: url)
  }

  /// Publishes all checkpoints and the final state as the outputs of the training.
  public func publish(to folder: URL) throws {
    try withKeptWeights { try store.publish(network, history: state.history, to: folder) }
    try write(to: folder.appendingPathComponent("resume.safetensors"))
  }
}

extension PassFigures {
  init(_ tally: ClassificationTally) {
    self.init(
      loss: tally.loss, top1: tally.top1, top5: tally.top5, classTop1: tally.classTop1)
  }
}

extension Network {
  /// Whether every element of the network's state is finite.
  fileprivate var isFinite: Bool {
    parameters.allSatisfy { $0.value.elements.allSatisfy(\.isFinite) }
  }
}
