import Models

/// Where the time of a training step goes, by the kind of layer.
public struct LayerProfile: Sendable, Equatable, Codable {
  /// All layers of a kind, or another part of a step.
  public struct Row: Sendable, Equatable, Codable {
    /// As model summaries name it, "conv 3×3, stride 2"; or "loading", "loss", "optimiser".
    public let kind: String
    /// Seconds of a step's forward pass. What is no layer has no other.
    public var forward: Double
    /// Seconds of a step's backward pass.
    public var backward: Double

    public init(kind: String, forward: Double, backward: Double) {
      self.kind = kind
      self.forward = forward
      self.backward = backward
    }

    public var total: Double { forward + backward }

    private enum CodingKeys: String, CodingKey {
      case kind
      case forward = "forward_seconds"
      case backward = "backward_seconds"
    }
  }

  /// The dearest first.
  public let rows: [Row]

  /// Seconds of a step.
  public var total: Double { rows.reduce(0) { $0 + $1.total } }

  /// Sums the times of a step's parts by kind.
  ///
  /// - Parameter parts: The kind of each, and its seconds; kinds may repeat.
  public init(_ parts: [Row]) {
    var rows: [Row] = []
    for part in parts {
      if let index = rows.firstIndex(where: { $0.kind == part.kind }) {
        rows[index].forward += part.forward
        rows[index].backward += part.backward
      } else {
        rows.append(part)
      }
    }
    self.rows = rows.sorted { $0.total > $1.total }
  }
}

/// Takes the time that each layer needs, and each other part of a step: of one part, the median of all
/// steps.
///
/// A part's time runs from the end of the part before it, so that nothing of a step is left out.
final class StepObserver {
  /// What a step does besides running layers.
  enum Part: String, CaseIterable {
    case loading, loss
    case optimizer = "optimiser"
  }

  private let kinds: [String]
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  /// For each layer's forward pass, each one's backward pass and each other part, the seconds of every
  /// step.
  private var seconds: [[Double]]

  /// - Parameter kinds: What kind of layer each node of the network is.
  init(kinds: [String]) {
    self.kinds = kinds
    last = clock.now
    seconds = Array(repeating: [], count: 2 * kinds.count + Part.allCases.count)
  }

  /// A step begins.
  func begin() { last = clock.now }

  /// A layer's pass has ended.
  func didRun(node: Int, _ pass: NetworkPlan.Pass) {
    note(slot: pass == .forward ? node : kinds.count + node)
  }

  /// Another part of the step has ended.
  func didRun(_ part: Part) {
    guard let index = Part.allCases.firstIndex(of: part) else { return }
    note(slot: 2 * kinds.count + index)
  }

  private func note(slot: Int) {
    let now = clock.now
    seconds[slot].append((now - last) / .seconds(1))
    last = now
  }

  /// The profile of the steps so far.
  var profile: LayerProfile {
    func median(_ slot: Int) -> Double {
      seconds[slot].isEmpty ? 0 : SampleStatistics(seconds[slot]).median
    }
    let layers = kinds.enumerated().map { node, kind in
      LayerProfile.Row(
        kind: kind, forward: median(node), backward: median(kinds.count + node))
    }
    let others = Part.allCases.enumerated().map { index, part in
      LayerProfile.Row(kind: part.rawValue, forward: median(2 * kinds.count + index), backward: 0)
    }
    return LayerProfile(layers + others)
  }
}
