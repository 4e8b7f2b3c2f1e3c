import Kernels
import Layers
import Tensors

/// Which nodes of a network take statistics for a norm: in training, whoever writes a norm's first input
/// image by image takes those of each image while it is in the cache, and the norm passes over it once
/// less. The sums are the norm's own, so nothing else changes.
struct StatisticsFusion {
  private let steps: [Step]

  /// A node's layer, as its forward pass is called.
  private enum Step {
    /// A norm; whether another node has taken its input's statistics; and the norm that wants the output's.
    case norm(BatchNorm, isServed: Bool, next: BatchNorm?)
    case imageByImage(any ImageByImageLayer, next: BatchNorm)
    case whole(any Layer)
  }

  init(_ network: Network, mode: Mode) {
    let layers = network.nodes.map(\.layer)
    var next = [BatchNorm?](repeating: nil, count: layers.count)
    var isServed = [Bool](repeating: false, count: layers.count)
    for (index, node) in network.nodes.enumerated() where mode == .training {
      // Map 0 is the network's input; node i writes map i + 1.
      guard let norm = node.layer as? BatchNorm, let map = node.inputs.first, map > 0 else {
        continue
      }
      let writer = map - 1
      guard layers[writer] is any ImageByImageLayer || layers[writer] is BatchNorm else { continue }
      // A map that two norms read serves the first.
      guard next[writer] == nil else { continue }
      next[writer] = norm
      isServed[index] = true
    }
    steps = layers.indices.map { index in
      switch (layers[index], next[index]) {
      case (let norm as BatchNorm, let next): .norm(norm, isServed: isServed[index], next: next)
      case (let layer as any ImageByImageLayer, let next?): .imageByImage(layer, next: next)
      case (let layer, _): .whole(layer)
      }
    }
  }

  /// Runs the forward pass of a node.
  func forward(
    _ index: Int, _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, on pool: WorkerPool
  ) {
    switch steps[index] {
    case .norm(let norm, let isServed, let next):
      norm.forward(
        inputs, into: output, mode: mode, inputStatisticsAreTaken: isServed,
        statistics: next?.inputStatistics, on: pool)
    case .imageByImage(let layer, let next):
      layer.forward(
        inputs, into: output, mode: mode, statistics: next.inputStatistics, on: pool)
    case .whole(let layer): layer.forward(inputs, into: output, mode: mode, on: pool)
    }
  }
}
