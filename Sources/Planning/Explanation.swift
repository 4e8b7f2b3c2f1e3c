import Recipes

/// Why a step runs, or ran last time: which parts of its key changed, from which value to
/// which, the upstream cause and the downstream effects.
public struct Explanation {
  private let plan: RunPlan
  private let project: Project

  /// - Parameter plan: The plan of the whole run.
  public init(_ plan: RunPlan, in project: Project) {
    self.plan = plan
    self.project = project
  }

  /// The answer to `why NAME`, in lines.
  public func lines(for name: String) throws(PlanningError) -> [String] {
    let planned = try plan.step(named: name)
    let title = "\(name) (run \(plan.request.run))"
    switch planned.state {
    case .due:
      if let damaged = planned.damaged {
        return ["\(title) would run again, since its artefact is not valid:"]
          + indented(damaged.faults.map(\.description)) + indented(causes(of: planned))
          + followers(of: name)
      }
      guard planned.linked != nil else { return firstTimeLines(planned, title: title) }
      return ["\(title) would run again:"] + indented(causes(of: planned)) + followers(of: name)
    case .waiting(let producers):
      return waitingLines(planned, for: producers, title: title) + followers(of: name)
    case .current(let manifest):
      return currentLines(planned, manifest, title: title)
    case .outdated, .absent:
      preconditionFailure("a plan of the whole run selects every step")
    }
  }

  /// Why a step has to run, on one line.
  public func summary(of planned: PlannedStep) -> String {
    if let fault = planned.damaged?.faults.first {
      let others = (planned.damaged?.faults.count ?? 1) - 1
      return "is not valid: \(fault)" + (others > 0 ? ", and \(others) more" : "")
    }
    guard planned.linked != nil else { return "no result yet" }
    let causes = causes(of: planned)
    guard let first = causes.first else { return "" }
    return causes.count > 1 ? "\(first), and \(causes.count - 1) more" : first
  }
}

// MARK: - Before a run

extension Explanation {
  private func firstTimeLines(_ planned: PlannedStep, title: String) -> [String] {
    if plan.folder.linkedKey(of: planned.name) != nil {
      return ["\(title) would run: its artefact is gone from data/cache"]
        + followers(of: planned.name)
    }
    return ["\(title) would run: no result yet"] + followers(of: planned.name)
  }

  private func waitingLines(
    _ planned: PlannedStep, for producers: [String], title: String
  ) -> [String] {
    var lines = ["\(title) reads \(producers.joined(separator: " and ")), to be run first."]
    if let own = planned.changes, !own.isEmpty {
      lines += ["It would run in any case:"] + indented(causes(of: planned))
    } else if planned.linked != nil {
      lines.append("It follows, unless what it reads comes out equal.")
    }
    for root in roots(of: producers) {
      lines.append("\(root.name) would run:")
      lines += indented(root.damaged?.faults.map(\.description) ?? [])
      lines += indented(root.linked == nil ? ["no result yet"] : causes(of: root))
    }
    return lines
  }

  /// The steps that have to run among `producers` and everything they wait for.
  private func roots(of producers: [String]) -> [PlannedStep] {
    var found: [PlannedStep] = []
    var waiting = producers
    var seen: Set<String> = []
    while let name = waiting.popLast() {
      guard seen.insert(name).inserted,
        let planned = plan.steps.first(where: { $0.name == name })
      else { continue }
      if case .waiting(let further) = planned.state {
        waiting += further
      } else {
        found.append(planned)
      }
    }
    return plan.steps.filter { planned in found.contains { $0.name == planned.name } }
  }

  /// What changed for a step itself, one line per part.
  private func causes(of planned: PlannedStep) -> [String] {
    guard let linked = planned.linked, let changes = planned.changes else { return [] }
    if changes.isEmpty {
      if case .due = planned.state, planned.damaged == nil {
        return ["forced; no part of its key has changed"]
      }
      return []
    }
    return changes.map { change in
      let code = CodeDifference(from: linked.codeFiles, to: planned.codeFiles)
      return line(change, step: planned.name, code: code, inputs: planned.inputs)
    }
  }

  private func line(
    _ change: KeyChange, step: String, code: CodeDifference, inputs: [Manifest.Input]
  ) -> String {
    switch change.kind {
    case .recipe:
      let text = change.text(schema: project.schema)
      guard project.schema[change.name] != nil, change.new != nil else {
        return text + "  (no longer read)"
      }
      let origin = plan.recipe.value(of: change.name, step: step).origin
      return text + "  (\(origin))"
    case .code:
      return "code: \(code.text)"
    case .input:
      let source = inputs.first { $0.name == change.name }
      return change.text(schema: project.schema)
        + (source.map { "  (\($0.step).\($0.output))" } ?? "")
    case .format, .stage, .outputs:
      return change.text(schema: project.schema)
    }
  }

  private func followers(of name: String) -> [String] {
    var affected: Set<String> = [name]
    for planned in plan.steps
    where planned.step.bindings.contains(where: { affected.contains($0.producer) }) {
      affected.insert(planned.name)
    }
    let names = plan.steps.map(\.name).filter { affected.contains($0) && $0 != name }
    guard !names.isEmpty else { return [] }
    return ["What reads it follows, unless it comes out equal: \(names.joined(separator: ", "))"]
  }

  private func indented(_ lines: [String]) -> [String] { lines.map { "  " + $0 } }
}

// MARK: - After a run

extension Explanation {
  private func currentLines(
    _ planned: PlannedStep, _ manifest: Manifest, title: String
  ) -> [String] {
    guard plan.folder.linkedKey(of: planned.name) == manifest.key else {
      let causes = planned.linked == nil ? ["this run has no result yet"] : causes(of: planned)
      return [
        "\(title) would not run: what it needs is in the cache. It differs from the current result:"
      ] + indented(causes)
    }
    var lines = ["\(title) is up to date; it ran on \(Timestamp.local(manifest.created))"]
    if let accepted = manifest.accepted.last {
      lines.append(
        "Its code has changed since, and was accepted as harmless by \(accepted.by) on "
          + Timestamp.local(accepted.time))
    }
    let entries = plan.folder.journal.filter { $0.step == planned.name }
    let wasMadeAgain = entries.last.map { manifest.created > $0.time } ?? false
    if wasMadeAgain {
      lines.append(
        "Nothing that it depends on had changed: it was made again by --force, or because its files were "
          + "not as recorded.")
    }
    guard let last = entries.last, let oldKey = last.old else {
      return lines + (wasMadeAgain ? [] : ["It has not changed since its first run."])
        + remarks(on: planned)
    }
    guard let old = self.manifest(stage: last.stage, key: oldKey) else {
      return lines + ["What stood before has been removed from data/cache."] + remarks(on: planned)
    }
    lines.append("Its last change, on \(Timestamp.local(last.time)):")
    return lines + pastCauses(from: old, to: manifest, depth: 1) + remarks(on: planned)
  }

  /// Altered records and unlisted files, which are ignored and cause no run.
  private func remarks(on planned: PlannedStep) -> [String] {
    guard let remarks = planned.found?.remarks, !remarks.isEmpty else { return [] }
    return ["Not used, since it is not as recorded:"] + indented(remarks.map(\.description))
  }

  /// What changed between two artefacts of a step, and for inputs, what changed upstream.
  private func pastCauses(from old: Manifest, to new: Manifest, depth: Int) -> [String] {
    let margin = String(repeating: "  ", count: depth)
    var lines: [String] = []
    for change in KeyChange.between(old.parts, new.parts) {
      let code = CodeDifference(from: old.codeFiles, to: new.codeFiles)
      lines.append(
        margin + line(change, step: new.step, code: code, inputs: new.inputs))
      guard change.kind == .input,
        let before = old.inputs.first(where: { $0.name == change.name }),
        let after = new.inputs.first(where: { $0.name == change.name }),
        let oldProducer = manifest(stage: before.stage, key: before.key),
        let newProducer = manifest(stage: after.stage, key: after.key)
      else { continue }
      let causes = pastCauses(from: oldProducer, to: newProducer, depth: depth + 2)
      if !causes.isEmpty { lines += ["\(margin)  because of \(after.step):"] + causes }
    }
    return lines
  }

  private func manifest(stage: String, key: String) -> Manifest? {
    project.artefact(stage: stage, key: key)?.manifest
  }
}
