import Layers

/// Which gradients share memory. A sum passes its output's gradient to its inputs unchanged, so
/// their gradients can use the same memory without a copy.
///
/// Two maps share the memory of a gradient if neither gradient is added to before the other has
/// been read for the last time.
struct PassedGradients {
  /// For each map, the map whose gradient memory it uses; itself if it has its own.
  private(set) var owners: [Network.FeatureMapID]

  init(_ network: Network) {
    let nodes = network.nodes
    owners = Array(0...nodes.count)
    // The nodes that read a map write its gradient, the last node first.
    var writers = [[Int]](repeating: [], count: nodes.count + 1)
    for (index, node) in nodes.enumerated().reversed() {
      for map in node.inputs { writers[map].append(index) }
    }
    // Backward passes run from the last node to the first, so later passes have smaller numbers. A
    // map's gradient is read by the node that wrote the map, and changed by all of its writers but
    // the first.
    func lastReader(_ map: Network.FeatureMapID) -> Int { map - 1 }
    func nextWriter(_ map: Network.FeatureMapID) -> Int { writers[map].dropFirst().first ?? -1 }
    var sharers = owners.map { [$0] }
    for (index, node) in nodes.enumerated().reversed() {
      let owner = owners[index + 1]
      for position in node.layer.passesGradientTo where position < node.inputs.count {
        let map = node.inputs[position]
        let isFirstWriter = writers[map].first == index
        let isOnce = node.inputs.filter { $0 == map }.count == 1
        guard map > 0, isFirstWriter, isOnce else { continue }
        let isUndisturbed = sharers[owner].allSatisfy { other in
          // Earlier writers of the other gradients wrote before this node did, and so before this
          // map's gradient is read.
          let otherWriter = writers[other].first { $0 < index } ?? -1
          return nextWriter(map) < lastReader(other) && otherWriter < lastReader(map)
        }
        guard isUndisturbed else { continue }
        owners[map] = owner
        sharers[owner].append(map)
      }
    }
  }

  /// Whether the gradient of a node's input is that of the node's output, so that the layer needn't
  /// compute it.
  func isPassed(by index: Int, to map: Network.FeatureMapID) -> Bool {
    map != owners[map] && owners[map] == owners[index + 1]
  }
}
