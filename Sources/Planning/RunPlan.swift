import Recipes

/// What has to be done so that a run is what its recipe says.
public struct RunPlan: Sendable {
  public let request: RunRequest
  public let recipe: Recipe
  public let folder: RunFolder
  /// In the order of the steps, up to the last that was selected.
  public let instances: [PlannedInstance]

  /// The instance called `name`.
  ///
  /// - Throws: `PlanningError.unknownInstance`.
  public func instance(named name: String) throws(PlanningError) -> PlannedInstance {
    guard let found = instances.first(where: { $0.name == name }) else {
      let names = instances.map(\.name)
      throw .unknownInstance(
        name: name, run: request.run, suggestion: nearest(to: name, among: names), known: names)
    }
    return found
  }

  /// Whether every selected instance is up to date.
  public var isComplete: Bool {
    instances.allSatisfy { planned in
      guard planned.isSelected else { return true }
      if case .current = planned.state { return true }
      return false
    }
  }

  /// Whether an instance that was not selected is taken though it is not what the recipe says.
  public var takesOutdated: Bool {
    instances.contains { planned in
      switch planned.state {
      case .outdated, .absent: true
      case .current, .due, .waiting: false
      }
    }
  }
}

/// One instance of a plan.
public struct PlannedInstance: Sendable {
  public enum State: Sendable {
    /// The artefact stands.
    case current(Manifest)
    /// All inputs stand; the stage must run.
    case due(CacheKey)
    /// Instances whose outputs it reads must run first. What they write decides whether it follows.
    case waiting(for: [String])
    /// Not selected and not what the recipe says: the artefact that stands is taken.
    case outdated(Manifest)
    /// Not selected, and nothing stands.
    case absent
  }

  public let instance: Instance
  public let isSelected: Bool
  public let state: State
  /// The parts of the key as far as they are known: without the inputs that are waited for.
  public let parts: [KeyPart]
  public let codeFiles: [CodeInventory.CodeFile]
  public let inputs: [Manifest.Input]
  /// The manifest of the artefact to which the run links under this name, whatever the recipe says now
  /// and whether or not the artefact stands.
  public let linked: Manifest?
  /// What lies where the artefact should; where its key is not known or nothing lies there, what the
  /// run links to.
  public let found: Artefact?

  public var name: String { instance.name }

  /// Whether the stage would run now or after those it waits for.
  public var isToRun: Bool {
    switch state {
    case .due, .waiting: true
    case .current, .outdated, .absent: false
    }
  }

  /// What lies there and does not stand; nil where all is well, or nothing there.
  public var damaged: Artefact? { found.flatMap { $0.faults.isEmpty ? nil : $0 } }

  /// The result that the instance makes under `key`, then those that it reads, each once, as STAGE-KEY:
  /// the names of their locks.
  public func resultNames(key: CacheKey) -> [String] {
    var names = ["\(instance.stage.name)-\(key.text)"]
    for input in inputs where !names.contains("\(input.stage)-\(input.key)") {
      names.append("\(input.stage)-\(input.key)")
    }
    return names
  }

  /// The artefact that later instances read, or nil.
  public var artefact: Manifest? {
    switch state {
    case .current(let manifest), .outdated(let manifest): manifest
    case .due, .waiting, .absent: nil
    }
  }

  /// What differs from the artefact that stands in the run; nil where none stands.
  ///
  /// Where inputs are waited for they are left out: how they will differ is not known.
  public var changes: [KeyChange]? {
    guard let linked else { return nil }
    let changes = KeyChange.between(linked.parts, parts)
    guard case .waiting = state else { return changes }
    return changes.filter { $0.kind != .input }
  }
}
