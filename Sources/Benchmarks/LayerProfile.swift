import Models

/// The time of a training step by kind of layer.
public struct LayerProfile: Sendable, Equatable, Codable {
  /// All layers of a kind, or another part of a step.
  public struct Row: Sendable, Equatable, Codable {
    /// The kind as in model summaries, "conv 3×3, stride 2"; or "loading", "loss", "optimiser".
    public let kind: String
    /// Seconds of a step's forward pass; for other parts than layers, all of their time.
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

  /// The slowest first.
  public let rows: [Row]

  /// Seconds of a step.
  public var total: Double { rows.reduce(0) { $0 + $1.total } }

  /// Sums the times of a step's parts by kind.
  ///
  /// - Parameter parts: The kind and seconds of each part; kinds may repeat.
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

/// Measures the time of each layer and of each other part of a step. The result is the median over
/// all steps.
///
/// The time of a part begins at the end of the part before it, so the parts add up to the whole
/// step.
final class StepObserver {
  /// The parts of a step other than layers.
  enum Part: String, CaseIterable {
    case loading, loss
    case optimizer = "optimiser"
  }

  private let kinds: [String]
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  /// The seconds of every step, for each layer's forward pass, each layer's backward pass and each
  /// other part.
  private var seconds: [[Double]]

  /// - Parameter kinds: The kind of layer of each node of the network.
  init(kinds: [String]) {
    self.kinds = kinds
    last = clock.now
    seconds = Array(repeating: [], count: 2 * kinds.count + Part.allCases.count)
  }

  /// Call at the beginning of a step.
  func begin() { last = clock.now }

  /// Call after a layer's pass.
  func didRun(node: Int, _ pass: NetworkPlan.Pass) {
    note(slot: pass == .forward ? node : kinds.count + node)
  }

  /// Call after another part of the step.
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
