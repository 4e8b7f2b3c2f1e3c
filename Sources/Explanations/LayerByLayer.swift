import Kernels
import Layers
import Loading
import Models
import Tensors

/// Computes the feature maps of a few images layer by layer, so that each map can be inspected.
///
/// Unlike a plan, it does not reuse the memory of the kept maps. The arithmetic is float32,
/// whatever the precision of the training.
struct LayerByLayer {
  private var maps: [FeatureMap?]
  private var memory: [AlignedBuffer?]
  /// The labels of the images.
  private(set) var labels: [ClassLabel]

  /// - Parameters:
  ///   - last: The last node to compute.
  ///   - kept: The maps to keep; the last one is always kept.
  ///   - norms: The mode of batch norms, which decides on their statistics; all other layers run in
  ///     evaluation mode.
  ///   - images: The indices of the images in the loader's set.
  init(
    _ network: Network, through last: Int, keeping kept: Set<Network.FeatureMapID>,
    of images: [Int], in loader: BatchLoader, norms: Mode = .evaluation, on pool: WorkerPool
  ) {
    let shapes = network.shapes(count: images.count)
    labels = [ClassLabel](repeating: 0, count: images.count)
    maps = [FeatureMap?](repeating: nil, count: shapes.count)
    memory = [AlignedBuffer?](repeating: nil, count: shapes.count)
    var lastReader = [Int](repeating: -1, count: shapes.count)
    for (index, node) in network.nodes.enumerated() where index <= last {
      for map in node.inputs { lastReader[map] = index }
    }
    allocate(0, shapes[0])
    let input = map(0)
    labels.withUnsafeMutableBufferPointer { labels in
      loader.load(images[...], epoch: nil, into: input, labels: labels, on: pool)
    }
    for (index, node) in network.nodes.enumerated() where index <= last {
      let mode = node.layer is BatchNorm ? norms : .evaluation
      allocate(index + 1, shapes[index + 1])
      node.layer.reserve(for: node.inputs.map { shapes[$0] }, mode: mode, on: pool)
      node.layer.forward(
        node.inputs.map { map($0) }, into: map(index + 1), mode: mode, on: pool)
      for map in node.inputs where lastReader[map] == index && !kept.contains(map) { free(map) }
    }
  }

  /// The values of a kept map, `[N, C, H, W]`, and its shape.
  func values(of map: Network.FeatureMapID) -> (values: [Float], shape: FeatureMapShape) {
    // A map is a view: the memory must outlive it.
    withExtendedLifetime(memory) {
      let map = self.map(map)
      return (map.denseNCHW(), map.shape)
    }
  }

  private func map(_ number: Network.FeatureMapID) -> FeatureMap {
    guard let map = maps[number] else { preconditionFailure("map \(number) is not kept") }
    return map
  }

  private mutating func allocate(_ map: Network.FeatureMapID, _ shape: FeatureMapShape) {
    let buffer = AlignedBuffer(count: shape.elementCount)
    memory[map] = buffer
    maps[map] = FeatureMap(base: buffer.base, shape: shape)
  }

  private mutating func free(_ map: Network.FeatureMapID) { (maps[map], memory[map]) = (nil, nil) }
}

extension Network {
  /// Runs `body` and then restores the running statistics, so that inspecting a network does not
  /// change it.
  func keepingStatistics<Result>(_ body: () throws -> Result) rethrows -> Result {
    let statistics = parameters.filter { !$0.isTrainable }
    let before = statistics.map { Array($0.value.elements) }
    defer {
      for (parameter, values) in zip(statistics, before) {
        _ = parameter.value.elements.update(fromContentsOf: values)
      }
    }
    return try body()
  }

  /// The number of images whose maps fit about 64 MiB: 8 to `most`.
  func imagesAtOnce(_ most: Int) -> Int {
    let bytes = NetworkPlan.arenaByteCount(
      self, mode: .evaluation, precision: .float32, capacity: 1)
    return min(most, max(8, (64 << 20) / max(bytes, 1)))
  }
}
