import Kernels
import Layers
import Models
import Tensors
import TestSupport

/// Runs a network with separate memory for every map and gradient. A plan, in which they share
/// memory, must give bit-identical results.
struct SeparateMemoryRun {
  let logits: [Float]
  /// The gradient of each trained parameter, in the network's order.
  private(set) var gradients: [[Float]] = []
  /// Bytes of all maps, and of all maps and gradients.
  let mapBytes: Int
  let byteCount: Int

  /// - Parameter logitsGradient: Dense `[N, classes]`; if nil, there is no backward pass.
  init(
    _ network: Network, _ images: DenseTensor, logitsGradient: [Float]?, mode: Mode,
    precision: Precision = .float32, on pool: WorkerPool
  ) {
    let shapes = network.shapes(count: images.shape[0], arithmetic: precision)
    let maps = shapes.map(OwnedFeatureMap.init)
    let gradients = shapes.map(OwnedFeatureMap.init)
    // NaN detects elements that are not overwritten.
    for map in maps + gradients { map.fill(.nan) }
    maps[0].load(images)
    let logits = maps[maps.count - 1]
    mapBytes = shapes.reduce(0) { $0 + $1.byteCount }
    byteCount = 2 * mapBytes - shapes[0].byteCount
    var trained: [[Float]] = []
    withExtendedLifetime((maps, gradients)) {
      for (index, node) in network.nodes.enumerated() {
        let inputs = node.inputs.map { maps[$0].map }
        node.layer.reserve(for: inputs.map(\.shape), mode: mode, on: pool)
        node.layer.forward(inputs, into: maps[index + 1].map, mode: mode, on: pool)
      }
      guard let logitsGradient else { return }
      gradients[gradients.count - 1].map.load(denseNCHW: logitsGradient)
      var isWritten = [Bool](repeating: false, count: maps.count)
      for (index, node) in network.nodes.enumerated().reversed() {
        let targets = node.inputs.map { input -> InputGradient? in
          guard input > 0 else { return nil }
          defer { isWritten[input] = true }
          return InputGradient(map: gradients[input].map, adds: isWritten[input])
        }
        node.layer.backward(
          BackwardPass(
            inputs: node.inputs.map { maps[$0].map }, output: maps[index + 1].map,
            outputGradient: gradients[index + 1].map, inputGradients: targets), on: pool)
      }
      trained = network.parameters.filter(\.isTrainable).map { $0.denseGradient() }
    }
    self.logits = logits.dense.values
    self.gradients = trained
  }
}
