import Kernels
import Layers
import Tensors

/// Which nodes of a network take sums for a norm, in training: whoever writes a norm's first input image by
/// image, or finishes the gradient of its output, takes the norm's sums of each image while it is in the cache, and
/// the norm passes over it once less. The sums are the norm's own, so nothing else changes.
struct NormFusion {
  private let steps: [Step]
  /// Of each node, the norm for which it takes sums of its first input's gradient.
  private let gradientNorms: [BatchNorm?]

  /// A node's layer, as its forward pass is called.
  private enum Step {
    /// A norm; whether another node has taken its input's sums; and the norm that wants the output's.
    case norm(BatchNorm, isServed: Bool, next: BatchNorm?)
    case imageByImage(any ImageByImageLayer, next: BatchNorm)
    case whole(any Layer)
  }

  init(_ network: Network, mode: Mode) {
    let layers = network.nodes.map(\.layer)
    var next = [BatchNorm?](repeating: nil, count: layers.count)
    var isServed = [Bool](repeating: false, count: layers.count)
    var gradientNorms = next
    for (index, node) in network.nodes.enumerated() where mode == .training {
      // Map 0 is the network's input; node i writes map i + 1.
      guard let norm = node.layer as? BatchNorm else { continue }
      // Backward passes go from the last node to the first: the first reader is the last to write.
      let output = index + 1
      if let reader = network.nodes.firstIndex(where: { $0.inputs.contains(output) }),
        Self.canTakeSums(layers[reader]),
        !network.nodes[reader].inputs.dropFirst().contains(output)
      {
        gradientNorms[reader] = norm
      }
      guard let map = node.inputs.first, map > 0 else { continue }
      let writer = map - 1
      guard Self.canTakeSums(layers[writer]) else { continue }
      // A map that two norms read serves the first.
      guard next[writer] == nil else { continue }
      next[writer] = norm
      isServed[index] = true
    }
    self.gradientNorms = gradientNorms
    steps = layers.indices.map { index in
      switch (layers[index], next[index]) {
      case (let norm as BatchNorm, let next): .norm(norm, isServed: isServed[index], next: next)
      case (let layer as any ImageByImageLayer, let next?): .imageByImage(layer, next: next)
      case (let layer, _): .whole(layer)
      }
    }
  }

  private static func canTakeSums(_ layer: any Layer) -> Bool {
    layer is any ImageByImageLayer || layer is BatchNorm
  }

  /// Runs the forward pass of a node.
  func forward(
    _ index: Int, _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, on pool: WorkerPool
  ) {
    switch steps[index] {
    case .norm(let norm, let isServed, let next):
      norm.forward(
        inputs, into: output, mode: mode, inputSumsAreTaken: isServed, imageSums: next?.inputSums,
        on: pool)
    case .imageByImage(let layer, let next):
      layer.forward(inputs, into: output, mode: mode, imageSums: next.inputSums, on: pool)
    case .whole(let layer): layer.forward(inputs, into: output, mode: mode, on: pool)
    }
  }

  /// The sums that a node's backward pass takes of the gradient of its input at a place, for the norm that wrote
  /// that input; nil where it takes none.
  ///
  /// - Parameters:
  ///   - inputs: Those of the norm.
  ///   - output: The norm's output.
  func gradientSums(
    takenBy index: Int, at place: Int, inputs: [FeatureMap], output: FeatureMap
  ) -> NormGradientSums? {
    guard place == 0 else { return nil }
    return gradientNorms[index]?.gradientSums(inputs: inputs, output: output)
  }
}
