import Recipes

/// What has to run so that a run matches its recipe.
public struct RunPlan: Sendable {
  public let request: RunRequest
  public let recipe: Recipe
  public let folder: RunFolder
  /// In the order of the steps, up to the last that was selected.
  public let steps: [PlannedStep]

  /// The step called `name`.
  ///
  /// - Throws: `PlanningError.unknownStep`.
  public func step(named name: String) throws(PlanningError) -> PlannedStep {
    guard let found = steps.first(where: { $0.name == name }) else {
      let names = steps.map(\.name)
      throw .unknownStep(
        name: name, run: request.run, suggestion: nearest(to: name, among: names), known: names)
    }
    return found
  }

  /// Whether every selected step is up to date.
  public var isComplete: Bool {
    steps.allSatisfy { planned in
      guard planned.isSelected else { return true }
      if case .current = planned.state { return true }
      return false
    }
  }

  /// Whether the plan uses a step that was not selected and does not match the recipe.
  public var usesOutdated: Bool {
    steps.contains { planned in
      switch planned.state {
      case .outdated, .absent: true
      case .current, .due, .waiting: false
      }
    }
  }
}

/// One step of a plan.
public struct PlannedStep: Sendable {
  public enum State: Sendable {
    /// The artefact is valid.
    case current(Manifest)
    /// All inputs are valid; the stage must run.
    case due(CacheKey)
    /// Steps whose outputs it reads must run first. Their results decide whether it must run.
    case waiting(for: [String])
    /// Not selected and not matching the recipe: the existing artefact is used.
    case outdated(Manifest)
    /// Not selected, and without a valid artefact.
    case absent
  }

  public let step: Step
  public let isSelected: Bool
  public let state: State
  /// The known parts of the key: inputs still to be made are missing.
  public let parts: [KeyPart]
  public let codeFiles: [CodeInventory.CodeFile]
  public let inputs: [Manifest.Input]
  /// The manifest of the artefact that the run links to under this name, even if the recipe has changed
  /// or the artefact is damaged.
  public let linked: Manifest?
  /// The artefact under the key; if the key is unknown or nothing lies there, the artefact that the
  /// run links to.
  public let found: Artefact?

  public var name: String { step.name }

  /// Whether the stage would run, now or after the steps it waits for.
  public var isToRun: Bool {
    switch state {
    case .due, .waiting: true
    case .current, .outdated, .absent: false
    }
  }

  /// The artefact if it is damaged; nil if it is valid or missing.
  public var damaged: Artefact? { found.flatMap { $0.faults.isEmpty ? nil : $0 } }

  /// The result that the step makes under `key`, then those that it reads, each once, as STAGE-KEY:
  /// the names of their locks.
  public func resultNames(key: CacheKey) -> [String] {
    var names = ["\(step.stage.name)-\(key.text)"]
    for input in inputs where !names.contains("\(input.stage)-\(input.key)") {
      names.append("\(input.stage)-\(input.key)")
    }
    return names
  }

  /// The artefact that later steps read, or nil.
  public var artefact: Manifest? {
    switch state {
    case .current(let manifest), .outdated(let manifest): manifest
    case .due, .waiting, .absent: nil
    }
  }

  /// The differences from the run's valid artefact; nil if there is none.
  ///
  /// Inputs still to be made are left out: their digests are not known.
  public var changes: [KeyChange]? {
    guard let linked else { return nil }
    let changes = KeyChange.between(linked.parts, parts)
    guard case .waiting = state else { return changes }
    return changes.filter { $0.kind != .input }
  }
}
