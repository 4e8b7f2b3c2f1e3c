import Kernels
import Layers
import Tensors

/// Which layers run the epilogue of another layer on each image that they finish, while the image
/// is in the cache.
///
/// In training, a norm needs sums of its input and of its output's gradient. The layer that writes
/// such a map runs the norm's epilogue image by image, so that the norm needs no separate pass over
/// the map. The epilogue does the same arithmetic as the norm itself, so results are bit-identical.
public struct EpilogueFusion {
  /// For each node, the node whose `inputEpilogue` it runs on its output.
  private let outputEpilogues: [Int?]
  /// For each node, whether another node runs its `inputEpilogue`.
  private let isServed: [Bool]
  /// For each node, the node whose `gradientEpilogue` it runs on its first input's gradient.
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
      // Backward passes run from the last node to the first: the first reader of a map writes its
      // gradient last.
      if node.layer.hasGradientEpilogue,
        let reader = nodes.firstIndex(where: { $0.inputs.contains(output) }),
        nodes[reader].layer.runsEpilogues,
        nodes[reader].inputs.first == output, !nodes[reader].inputs.dropFirst().contains(output)
      {
        gradientEpilogues[reader] = index
      }
      guard node.layer.inputEpilogue != nil, let map = node.inputs.first, map > 0 else { continue }
      let writer = map - 1
      // If two norms read a map, the first one's epilogue is run.
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

  /// The epilogue that a node's backward pass runs on the gradient of its input number `place`; nil
  /// if there is none.
  ///
  /// - Parameters:
  ///   - inputs: The inputs of the node that wrote that input.
  ///   - output: That input.
  func gradientEpilogue(
    runBy index: Int, at place: Int, inputs: [FeatureMap], output: FeatureMap
  ) -> (any ImageEpilogue)? {
    guard place == 0, let owner = gradientEpilogues[index] else { return nil }
    return nodes[owner].layer.gradientEpilogue(inputs: inputs, output: output)
  }
}

extension EpilogueFusion: CustomStringConvertible {
  /// One line per epilogue: "stem.conv: output → stem.norm", "stages.0.0.conv1: gradient →
  /// stem.norm".
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
