import Kernels
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Muon compared with its formulas in `Double` for dense matrices.
@Suite struct MuonTests {
  /// Weights in all layouts: name, rows and columns of the matrix, and the parameter.
  static let layers: [(String, Int, Int, @Sendable () -> Parameter)] = [
    ("24 to 64", 64, 216, { convolution(24, 64, size: 3) }),
    ("three vectors of outputs", 48, 360, { convolution(40, 48, size: 3) }),
    ("five vectors, padded", 72, 64, { convolution(64, 72, size: 1) }),
    ("tall", 160, 45, { convolution(5, 160, size: 3) }),
    ("of images", 24, 12, { convolution(3, 24, size: 2, ofImages: true) }),
    (
      "linear", 10, 180,
      {
        let input = FeatureMapShape(count: 1, height: 3, width: 3, channels: 20)
        return Linear(name: "head", input: input, outputs: 10).weight
      }
    ),
    (
      "a bank", 20, 162,
      {
        MixedConvolution(
          name: "mixed", inputChannels: 18, outputChannels: 20, kernelSize: 3, kernelCount: 3
        ).weight
      }
    ),
  ]

  private static func convolution(
    _ inputs: Int, _ outputs: Int, size: Int, ofImages: Bool = false
  ) -> Parameter {
    Convolution(
      name: "conv", inputChannels: inputs, outputChannels: outputs, kernelSize: size, padding: 0,
      readsImages: ofImages
    ).weight
  }

  private static func numbers(_ count: Int, seed: Int) -> [Float] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }
  }

  private static let settings = OptimizerSettings(
    kind: .muon, learningRate: 0.24, weightDecay: 0.05,
    own: ["momentum": 0.6, "nesterov": true, "rescale-every": 2])

  /// The weights after each of three steps.
  private func steps(
    _ parameter: Parameter, _ settings: OptimizerSettings = settings, threads: Int = 2
  ) -> [[Float]] {
    let pool = WorkerPool(threadCount: threads)
    parameter.load(dense: Self.numbers(parameter.elementCount, seed: 1))
    let optimizer = Optimizer(settings, for: [parameter])
    return (0..<3).map { step in
      if let gradient = parameter.gradient {
        parameter.pack(Self.numbers(parameter.elementCount, seed: 5 + step), into: gradient)
      }
      optimizer.step(rate: 0.1, on: pool)
      return parameter.dense()
    }
  }

  @Test(arguments: layers.indices)
  func stepsFollowTheFormulas(_ index: Int) {
    let (name, rows, columns, make) = Self.layers[index]
    let parameter = make()
    let count = parameter.elementCount
    var value = Self.numbers(count, seed: 1).map(Double.init)
    var velocity = [Double](repeating: 0, count: count)
    for (step, found) in steps(parameter).enumerated() {
      let gradient = Self.numbers(count, seed: 5 + step).map(Double.init)
      velocity = zip(velocity, gradient).map { 0.6 * $0 + $1 }
      let direction = zip(velocity, gradient).map { $1 + 0.6 * $0 }
      for first in stride(from: 0, to: count, by: rows * columns) {
        let range = first..<first + rows * columns
        let update = orthogonal(Array(direction[range]), rows: rows, columns: columns)
        let norm = value[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = step % 2 == 0 ? Double(rows).squareRoot() / norm : 1
        for (index, place) in range.enumerated() {
          value[place] = scale * value[place] * (1 - 0.1 * 0.05) - 0.1 * update[index]
        }
      }
      expectClose(
        found, value.map(Float.init), .ofLargest(2e-5), "\(name), step \(step + 1)",
        shape: parameter.shape)
    }
    // Padding is still zero.
    let packed = AlignedBuffer(count: parameter.value.count)
    parameter.pack(parameter.dense(), into: packed)
    #expect(packed.elements.elementsEqual(parameter.value.elements))
  }

  /// X ← aX + (bA + cA²)X with A = XXᵀ, three times, by plain loops.
  private func orthogonal(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
      var c = [Double](repeating: 0, count: m * n)
      for i in 0..<m {
        for l in 0..<k {
          for j in 0..<n { c[i * n + j] += a[i * k + l] * b[l * n + j] }
        }
      }
      return c
    }
    let norm = matrix.reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-7
    var x = matrix.map { $0 / norm }
    for _ in 0..<3 {
      let transposed = (0..<columns * rows).map { x[$0 % rows * columns + $0 / rows] }
      let gram = product(x, transposed, rows, columns, rows)
      let square = product(gram, gram, rows, rows, rows)
      let factor = zip(gram, square).map { -4.7750 * $0 + 2.0315 * $1 }
      x = zip(x, product(factor, x, rows, rows, columns)).map { 3.4445 * $0 + $1 }
    }
    return x
  }

  @Test(arguments: layers.indices)
  func sameBitsOnAnyThreads(_ index: Int) {
    let make = Self.layers[index].3
    let one = steps(make(), threads: 1)
    #expect(one == steps(make(), threads: 3))
    #expect(one[0] != one[1])
  }

  @Test func keysCount() {
    func last(_ change: (inout OptimizerSettings) -> Void) -> [Float] {
      var settings = Self.settings
      change(&settings)
      return steps(Self.convolution(8, 16, size: 3), settings)[2]
    }
    let base = last { _ in }
    #expect(base == last { _ in })
    #expect(base != last { $0.momentum = 0.5 })
    #expect(base != last { $0.nesterov = false })
    #expect(base != last { $0[Muon.steps] = 4 })
    #expect(base != last { $0[Muon.rescaleEvery] = 1 })
    #expect(base != last { $0[Muon.rescaleEvery] = 0 })
    #expect(base != last { $0.weightDecay = 0 })
  }

  /// Weights and gradient are zero, so the norms are zero too.
  @Test func zerosStayZeros() {
    let parameter = Self.convolution(8, 16, size: 3)
    let optimizer = Optimizer(Self.settings, for: [parameter])
    optimizer.step(rate: 0.1, on: WorkerPool(threadCount: 2))
    #expect(parameter.value.elements.allSatisfy { $0 == 0 })
  }

  @Test func vectorsAreRefused() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 1)
    settings.optimizer.kind = .muon
    func refusal() -> String {
      let images = Fixture.images(20, of: .train)
      let error = #expect(throws: TrainingError.self) {
        try fixture.trainer(settings, work: "w", training: images, validation: images)
      }
      return error?.message ?? "none"
    }
    #expect(
      refusal()
        == "train.optimizer.kind is muon for stem.norm.weight, whose shape is [4]; muon expects weights "
        + "with two dimensions or more; set train.optimizer.norms.kind, to sgd for example")
    settings.optimizer.groups[.norms] = GroupSettings(kind: .sgd)
    #expect(refusal().hasSuffix("set train.optimizer.biases.kind, to sgd for example"))
  }

  @Test func itIsNamedWithItsConstants() {
    #expect(
      Self.settings.words
        == "Muon: α = 0.6, Nesterov's variant, 3 Newton–Schulz steps, weights rescaled every 2 steps"
    )
  }
}
