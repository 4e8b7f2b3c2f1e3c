import Kernels
import Layers
import Tensors

/// Which layers run work of another layer on each image that they finish, while the image is in the cache.
///
/// In training a norm needs sums of its input, and of its output's gradient. The layer that writes that map runs the
/// norm's epilogue image by image, and the norm passes over the map once less. The epilogue computes what the norm would
/// have computed, so no bit changes.
public struct EpilogueFusion {
  /// Of each node, the node whose `inputEpilogue` it runs on its output.
  private let outputEpilogues: [Int?]
  /// Of each node, whether another node runs its `inputEpilogue`.
  private let isServed: [Bool]
  /// Of each node, the node whose `gradientEpilogue` it runs on its first input's gradient.
  private let gradientEpilogues: [Int?]
  private let nodes: [Network.Node]

  public init(_ network: Network, mode: Mode) {
    nodes = network.nodes
    var outputEpilogues = [Int?](repeating: nil, count: nodes.count)
    var gradientEpilogues = outputEpilogues
    var isServed = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() where mode == .training {
      // Map 0 is the network's input; node i writes map i + 1.
      let output = index + 1
      // Backward passes go from the last node to the first: the first reader is the last to write.
      if node.layer.hasGradientEpilogue,
        let reader = nodes.firstIndex(where: { $0.inputs.contains(output) }),
        nodes[reader].layer.runsEpilogues,
        nodes[reader].inputs.first == output, !nodes[reader].inputs.dropFirst().contains(output)
      {
        gradientEpilogues[reader] = index
      }
      guard node.layer.inputEpilogue != nil, let map = node.inputs.first, map > 0 else { continue }
      let writer = map - 1
      // A map that two norms read serves the first.
      guard nodes[writer].layer.runsEpilogues, outputEpilogues[writer] == nil else { continue }
      outputEpilogues[writer] = index
      isServed[index] = true
    }
    self.outputEpilogues = outputEpilogues
    self.gradientEpilogues = gradientEpilogues
    self.isServed = isServed
  }

  /// Runs the forward pass of a node.
  func forward(
    _ index: Int, _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, on pool: WorkerPool
  ) {
    let layer = nodes[index].layer
    layer.forward(
      ForwardPass(
        inputs: inputs, output: output, mode: mode,
        epilogue: outputEpilogues[index].flatMap { nodes[$0].layer.inputEpilogue },
        inputEpilogueHasRun: isServed[index] && layer.inputEpilogue != nil),
      on: pool)
  }

  /// The epilogue that a node's backward pass runs on the gradient of its input at a place; nil if none.
  ///
  /// - Parameters:
  ///   - inputs: Those of the node that wrote that input.
  ///   - output: The input itself.
  func gradientEpilogue(
    runBy index: Int, at place: Int, inputs: [FeatureMap], output: FeatureMap
  ) -> (any ImageEpilogue)? {
    guard place == 0, let owner = gradientEpilogues[index] else { return nil }
    return nodes[owner].layer.gradientEpilogue(inputs: inputs, output: output)
  }
}

extension EpilogueFusion: CustomStringConvertible {
  /// A line for each epilogue: "stem.conv: output → stem.norm", "stages.0.0.conv1: gradient → stem.norm".
  public var description: String {
    nodes.indices.flatMap { index in
      let name = nodes[index].name
      return [
        outputEpilogues[index].map { "\(name): output → \(nodes[$0].name)" },
        gradientEpilogues[index].map { "\(name): gradient → \(nodes[$0].name)" },
      ].compactMap { $0 }
    }.joined(separator: "\n")
  }
}
