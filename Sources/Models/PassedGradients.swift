import Layers

/// Which gradients are another's as it stands. A sum hands its own to its inputs unchanged, so theirs may lie where
/// it lies, and nothing is copied.
///
/// Two maps share the memory of a gradient if neither is added to before the other has been read for the last time.
struct PassedGradients {
  /// Of each map, the one in whose place its gradient lies: itself where it has one of its own.
  private(set) var owners: [Network.FeatureMapID]

  init(_ network: Network) {
    let nodes = network.nodes
    owners = Array(0...nodes.count)
    // The nodes that read a map write its gradient, the last one first.
    var writers = [[Int]](repeating: [], count: nodes.count + 1)
    for (index, node) in nodes.enumerated().reversed() {
      for map in node.inputs { writers[map].append(index) }
    }
    // Backward passes go from the last node to the first: what comes later has a smaller number. A map's gradient is
    // read by the node that wrote the map, and changed by all of its writers but the first.
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
          // Whoever wrote to the others before this node did so before anybody reads this map's.
          let otherWriter = writers[other].first { $0 < index } ?? -1
          return nextWriter(map) < lastReader(other) && otherWriter < lastReader(map)
        }
        guard isUndisturbed else { continue }
        owners[map] = owner
        sharers[owner].append(map)
      }
    }
  }

  /// Whether a node's input has its gradient from the node's output, without the layer's doing anything.
  func isPassed(by index: Int, to map: Network.FeatureMapID) -> Bool {
    map != owners[map] && owners[map] == owners[index + 1]
  }
}
