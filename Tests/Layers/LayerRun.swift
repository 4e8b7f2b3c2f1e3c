import Kernels
import Layers
import Tensors
import TestSupport

/// A forward and a backward pass of a single layer, with dense tensors in PyTorch's order.
struct LayerRun {
  let output: DenseTensor
  /// The gradient of each input; empty for images.
  private(set) var inputGradients: [[Float]] = []
  /// Whether the padding channels of the layer's results are zero.
  private(set) var hasZeroPadding: Bool

  /// - Parameters:
  ///   - outputGradient: dy; if nil, there is no backward pass.
  ///   - readsImages: Whether the first input is a batch of images, whose channels are not padded
  ///     and which have no gradient.
  ///   - arithmetic: The arithmetic of the layer's network.
  ///   - addingTo: The value of the inputs' gradients to which the layer adds; if nil, it
  ///     overwrites them.
  init(
    _ layer: any Layer, _ inputs: [DenseTensor], outputGradient: DenseTensor? = nil,
    mode: Mode = .training, arithmetic: Precision = .float32, readsImages: Bool = false,
    threads: Int = 2, addingTo: Float? = nil, origin: BatchOrigin? = nil
  ) {
    let pool = WorkerPool(threadCount: threads)
    let shapes = inputs.enumerated().map {
      Self.shape($1.shape, readsImages: readsImages && $0 == 0).with(arithmetic: arithmetic)
    }
    let maps = zip(inputs, shapes).map { input, shape in
      let map = OwnedFeatureMap(shape)
      map.load(input)
      return map
    }
    let output = OwnedFeatureMap(layer.outputShape(for: shapes))
    layer.reserve(for: shapes, mode: mode, on: pool)
    if let origin, let layer = layer as? any RandomLayer { layer.begin(origin) }
    withExtendedLifetime((maps, output)) {
      layer.forward(maps.map(\.map), into: output.map, mode: mode, on: pool)
    }
    self.output = output.dense
    hasZeroPadding = output.hasZeroPadding
    guard let outputGradient else { return }
    let dy = OwnedFeatureMap(output.map.shape)
    dy.load(outputGradient)
    let gradients = shapes.map { shape in
      let gradient = OwnedFeatureMap(shape)
      // NaN detects elements that the layer does not overwrite.
      gradient.fill(addingTo ?? .nan)
      return gradient
    }
    withExtendedLifetime((maps, output, dy, gradients)) {
      layer.backward(
        BackwardPass(
          inputs: maps.map(\.map), output: output.map, outputGradient: dy.map,
          inputGradients: gradients.enumerated().map {
            readsImages && $0 == 0 ? nil : InputGradient(map: $1.map, adds: addingTo != nil)
          }),
        on: pool)
    }
    inputGradients = gradients.enumerated().map { readsImages && $0 == 0 ? [] : $1.dense.values }
    if addingTo == nil {
      let written = gradients.enumerated().filter { !(readsImages && $0.offset == 0) }
      hasZeroPadding = hasZeroPadding && written.allSatisfy(\.element.hasZeroPadding)
    }
  }

  static func shape(_ dense: [Int], readsImages: Bool) -> FeatureMapShape {
    let height = dense.count > 2 ? dense[2] : 1
    let width = dense.count > 3 ? dense[3] : 1
    return readsImages
      ? .images(count: dense[0], height: height, width: width, channels: dense[1])
      : FeatureMapShape(count: dense[0], height: height, width: width, channels: dense[1])
  }
}
