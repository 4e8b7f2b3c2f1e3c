import Foundation
import Records
import TensorFiles

/// Estimates a stage's duration from past runs of the same stage on similar data.
///
/// A past run counts only if its recipe values, and those of everything it read, equal the planned ones.
/// If the graph declares a `forecast` for a stage, only the keys listed there must agree, and the time scales
/// with repeats and images: for training, epochs × images ÷ the measured rate.
public struct Forecast {
  private let plan: RunPlan
  private let project: Project
  private let memory: ForecastMemory

  public init(_ plan: RunPlan, in project: Project, memory: ForecastMemory = ForecastMemory()) {
    self.plan = plan
    self.project = project
    self.memory = memory
  }

  /// - Returns: Seconds; nil if no past run is comparable.
  public func seconds(for planned: PlannedStep) -> Double? {
    // A damaged result shows how long it took.
    if let past = planned.damaged?.manifest, !past.isResumed { return past.seconds }
    let rule = planned.step.stage.forecast
    let past = memory.manifests(
      of: planned.step.stage, like: planned.parts, in: project)
    for manifest in past where isAlike(planned, manifest) {
      if let rule {
        if let seconds = seconds(by: rule, for: planned, past: manifest) { return seconds }
      } else if !manifest.isResumed {
        return manifest.seconds
      }
    }
    return nil
  }

  private func seconds(
    by rule: StageGraph.Forecast, for planned: PlannedStep, past: Manifest
  ) -> Double? {
    guard let repeats = Double(value(of: rule.repeats, in: planned.parts) ?? ""),
      let secondsEach = meanSeconds(of: past, file: rule.seconds),
      let imagesThen = images(readBy: past, as: rule.images),
      let imagesNow = images(readBy: planned, as: rule.images, like: past), imagesThen > 0
    else { return nil }
    return repeats * secondsEach * Double(imagesNow) / Double(imagesThen)
  }

  /// The mean of the column `seconds` of a record.
  private func meanSeconds(of manifest: Manifest, file: String) -> Double? {
    let artefact = project.artefact(stage: manifest.stage, key: manifest.key)
    guard let url = artefact?.record(file),
      let times = try? EpochTimes(contentsOf: url)
    else { return nil }
    let seconds = times.rows.map(\.seconds)
    return seconds.isEmpty ? nil : seconds.reduce(0, +) / Double(seconds.count)
  }
}

// MARK: - Similarity

extension Forecast {
  /// Whether the recipe values of a past run and of everything it read equal the planned ones.
  private func isAlike(_ planned: PlannedStep, _ past: Manifest) -> Bool {
    if let rule = planned.step.stage.forecast {
      func values(_ parts: [KeyPart]) -> [KeyPart] {
        parts.filter { part in
          part.kind == .recipe
            && rule.same.contains { part.name == $0 || part.name.hasPrefix($0 + ".") }
        }
      }
      return values(planned.parts) == values(past.parts)
    }
    func values(_ parts: [KeyPart]) -> [KeyPart] { parts.filter { $0.kind == .recipe } }
    guard values(planned.parts) == values(past.parts) else { return false }
    return planned.step.bindings.allSatisfy { binding in
      guard let producer = plan.steps.first(where: { $0.name == binding.producer }),
        let input = past.inputs.first(where: { $0.name == binding.input }),
        let manifest = project.artefact(stage: input.stage, key: input.key)?.manifest
      else { return false }
      return isAlike(producer, manifest)
    }
  }

  private func value(of key: String, in parts: [KeyPart]) -> String? {
    parts.first { $0.kind == .recipe && $0.name == key }?.value
  }

  private func images(readBy manifest: Manifest, as name: String) -> Int? {
    manifest.inputs.first { $0.name == name }.flatMap { images(in: $0) }
  }

  /// The number of images that a planned step will read; if they don't exist yet, that of a past run whose
  /// producer is similar.
  private func images(
    readBy planned: PlannedStep, as name: String, like past: Manifest
  ) -> Int? {
    if let input = planned.inputs.first(where: { $0.name == name }) { return images(in: input) }
    guard let binding = planned.step.bindings.first(where: { $0.input == name }),
      let producer = plan.steps.first(where: { $0.name == binding.producer }),
      let input = past.inputs.first(where: { $0.name == name }),
      let manifest = project.artefact(stage: input.stage, key: input.key)?.manifest,
      isAlike(producer, manifest)
    else { return nil }
    return images(in: input)
  }

  /// The number of images in an input that is an image set.
  private func images(in input: Manifest.Input) -> Int? {
    guard let artefact = project.artefact(stage: input.stage, key: input.key),
      let output = artefact.validManifest?.outputs.first(where: { $0.name == input.output }),
      let file = output.files.first,
      let tensors = try? TensorFile(contentsOf: artefact.folder.appendingPathComponent(file.file)),
      let shape = try? tensors.shape(of: "labels")
    else { return nil }
    return shape.first
  }
}
