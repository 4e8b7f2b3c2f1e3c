import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

/// The products of linear layers in both precisions, compared with their formulas in `Double`.
/// Values are exact in bfloat16, so that only sums are rounded. Memory is filled with NaN before,
/// to detect values that are read before they are written.
@Suite struct PackedLinearTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let images: Int
    /// channels, height, width.
    let input: [Int]
    let outputs: Int
    var arithmetic = Precision.bfloat16
    var testDescription: String { "\(images) × \(input) → \(outputs), \(arithmetic)" }

    var shape: FeatureMapShape {
      FeatureMapShape(
        count: images, height: input[1], width: input[2], channels: input[0],
        arithmetic: arithmetic)
    }

    /// The case in float32 and in bfloat16.
    var inEitherArithmetic: [Case] {
      Precision.allCases.map {
        Case(images: images, input: input, outputs: outputs, arithmetic: $0)
      }
    }
  }

  /// Complete and incomplete blocks of inputs, outputs and images; maps of several pixels, which
  /// are stored in bfloat16, and of one pixel, which are not; more than one panel of inputs or
  /// outputs; and in float32 more images than one sum has.
  static let cases: [Case] =
    ([1, 3, 8, 17].flatMap { images in
      [([3, 2, 2], 64), ([20, 1, 1], 80), ([70, 1, 1], 100), ([18, 3, 1], 64)].map {
        Case(images: images, input: $0, outputs: $1)
      }
    } + [
      Case(images: 35, input: [40, 4, 4], outputs: 112),
      Case(images: 2, input: [16, 7, 5], outputs: 600),
      Case(images: 49, input: [600, 1, 1], outputs: 64),
      Case(images: 150, input: [18, 2, 1], outputs: 70),
    ]).flatMap(\.inEitherArithmetic)

  /// Cases whose weight gradient is so large that it is written by non-temporal stores.
  static let largeCases = Case(images: 1, input: [64, 8, 8], outputs: 2_064).inEitherArithmetic

  /// The results of the three passes, padding included.
  struct Results: Equatable {
    var output: [Float]
    var inputGradient: [Float]
    var weightGradient: [Float]
  }

  /// The values of one case, optionally rounded to bfloat16: inputs, output gradients and weights,
  /// padded with zeros.
  struct Numbers {
    let inputs: Int
    let outputs: Int
    var x: [Float]
    var weight: [Float]
    var bias: [Float]
    var dy: [Float]

    init(_ test: Case, rounded: Bool = true) {
      let (shape, outputs) = (test.shape, FeatureMapShape.paddedChannels(test.outputs))
      let (inputs, channels, stride) = (shape.imageStride, shape.channels, shape.channelStride)
      self.inputs = inputs
      self.outputs = outputs
      func random(_ count: Int, _ stream: Int, isNumber: (Int) -> Bool) -> [Float] {
        var random = RandomStream(seed: 11, purpose: "packed linear", index: stream)
        return (0..<count).map {
          let value = Float(random.normal())
          return isNumber($0) ? rounded ? BFloat16(value).float : value : 0
        }
      }
      x = random(test.images * inputs, 0) { $0 % stride < channels }
      weight = random(inputs * outputs, 1) {
        $0 / outputs % stride < channels && $0 % outputs < test.outputs
      }
      bias = random(outputs, 2) { $0 < test.outputs }
      dy = random(test.images * outputs, 3) { $0 % outputs < test.outputs }
    }
  }

  /// - Parameter addingTo: The value of dx to which the pass adds; if nil, dx is overwritten.
  private func run(
    _ test: Case, _ numbers: Numbers, threads: Int = 2, addingTo: Float? = nil
  ) -> Results {
    let shape = test.shape
    let product = LinearProduct(inputs: numbers.inputs, outputs: numbers.outputs)
    let memory = GuardedPool(
      scratch: product.scratchCount(for: shape), shared: product.sharedCount(for: shape),
      threads: threads)
    let pool = memory.pool
    func map(_ shape: FeatureMapShape, _ values: [Float]) -> OwnedFeatureMap {
      let map = OwnedFeatureMap(shape)
      for (index, value) in values.enumerated() {
        switch shape.precision {
        case .float32: map.map.base[index] = value
        case .bfloat16: map.map.numbers(as: BFloat16.self)[index] = BFloat16(value)
        }
      }
      return map
    }
    func values(_ map: OwnedFeatureMap) -> [Float] {
      (0..<map.map.shape.elementCount).map {
        map.map.shape.precision == .float32
          ? map.map.base[$0] : map.map.numbers(as: BFloat16.self)[$0].float
      }
    }
    let outputShape = shape.output(height: 1, width: 1, channels: test.outputs)
    let (x, dy) = (map(shape, numbers.x), map(outputShape, numbers.dy))
    let (y, dx) = (OwnedFeatureMap(outputShape), OwnedFeatureMap(shape))
    y.fill(.nan)
    dx.fill(addingTo ?? .nan)
    let weight = AlignedBuffer(count: numbers.weight.count)
    for (index, value) in numbers.weight.enumerated() { weight.base[index] = value }
    let bias = AlignedBuffer(count: numbers.bias.count)
    for (index, value) in numbers.bias.enumerated() { bias.base[index] = value }
    let gradient = AlignedBuffer(count: weight.count)
    gradient.elements.update(repeating: .nan)
    return withExtendedLifetime((x, dy, y, dx)) {
      memory.poison()
      product.forward(x.map, weight: weight.base, bias: bias.base, into: y.map, on: pool)
      memory.expectMemorySuffices()
      memory.poison()
      product.inputGradient(
        dy.map, weight: weight.base, into: dx.map, adding: addingTo != nil, on: pool)
      memory.expectMemorySuffices()
      memory.poison()
      product.weightGradient(x.map, dy.map, into: gradient.base, on: pool)
      memory.expectMemorySuffices()
      return Results(
        output: values(y), inputGradient: values(dx), weightGradient: Array(gradient.elements))
    }
  }

  /// The formulas.
  private func reference(_ test: Case, _ numbers: Numbers, addingTo: Float) -> Results {
    let (inputs, outputs) = (numbers.inputs, numbers.outputs)
    let (x, dy) = (numbers.x.map(Double.init), numbers.dy.map(Double.init))
    let weight = numbers.weight.map(Double.init)
    var y = [Double](repeating: 0, count: dy.count)
    var dx = [Double](repeating: Double(addingTo), count: x.count)
    var dweight = [Double](repeating: 0, count: weight.count)
    for n in 0..<test.images {
      for o in 0..<outputs { y[n * outputs + o] = Double(numbers.bias[o]) }
      for i in 0..<inputs {
        for o in 0..<outputs {
          y[n * outputs + o] += x[n * inputs + i] * weight[i * outputs + o]
          dx[n * inputs + i] += dy[n * outputs + o] * weight[i * outputs + o]
          dweight[i * outputs + o] += x[n * inputs + i] * dy[n * outputs + o]
        }
      }
    }
    return Results(
      output: y.map { Float($0) }, inputGradient: dx.map { Float($0) },
      weightGradient: dweight.map { Float($0) })
  }

  @Test(arguments: cases + largeCases, [nil, 1] as [Float?])
  func agreesWithTheFormula(_ test: Case, _ addingTo: Float?) {
    let numbers = Numbers(test)
    let actual = run(test, numbers, addingTo: addingTo)
    let expected = reference(test, numbers, addingTo: addingTo ?? 0)
    let tolerance = Tolerance.ofLargest(2e-6)
    expectClose(actual.output, expected.output, tolerance, "y")
    // If maps are stored in bfloat16, a value is rounded once, by half a unit in its eighth bit.
    let stored: Tolerance =
      test.shape.precision == .float32 ? tolerance : Tolerance(relative: 0x1p-8, ofLargest: 2e-6)
    expectClose(actual.inputGradient, expected.inputGradient, stored, "dx")
    expectClose(actual.weightGradient, expected.weightGradient, tolerance, "dweight")
  }

  @Test(arguments: cases)
  func threadsDoNotChangeBits(_ test: Case) {
    let numbers = Numbers(test, rounded: false)
    for addingTo in [nil, 1] as [Float?] {
      let alone = run(test, numbers, threads: 1, addingTo: addingTo)
      for threads in [2, 3] {
        let together = run(test, numbers, threads: threads, addingTo: addingTo)
        #expect(together == alone, "\(threads) threads")
      }
    }
  }

  /// An image's output and the gradient of its input do not depend on the other images.
  @Test(arguments: cases)
  func otherImagesDoNotChangeBits(_ test: Case) {
    let numbers = Numbers(test, rounded: false)
    let together = run(test, numbers)
    let (inputs, outputs) = (numbers.inputs, numbers.outputs)
    for image in [0, test.images / 2, test.images - 1] {
      var one = numbers
      one.x = Array(numbers.x[image * inputs..<(image + 1) * inputs])
      one.dy = Array(numbers.dy[image * outputs..<(image + 1) * outputs])
      let alone = run(
        Case(
          images: 1, input: test.input, outputs: test.outputs, arithmetic: test.arithmetic), one)
      let (y, dx) = (
        Array(together.output[image * outputs..<(image + 1) * outputs]),
        Array(together.inputGradient[image * inputs..<(image + 1) * inputs])
      )
      #expect(alone.output == y, "image \(image)")
      #expect(alone.inputGradient == dx, "image \(image)")
    }
  }

  /// Checks that values with more digits are rounded: in float32, the tests above would not test
  /// pairs. With few outputs, which are logits, digits are kept.
  @Test(
    .enabled(if: !isBuiltForAMX),
    arguments: [(64, true), (80, true), (48, false), (10, false)])
  func roundsWideLayersAlone(_ outputs: Int, _ isRounded: Bool) {
    for input in [[20, 3, 3], [20, 1, 1]] {
      let test = Case(images: 5, input: input, outputs: outputs)
      let numbers = Numbers(test, rounded: false)
      var rounded = numbers
      rounded.x = numbers.x.map { BFloat16($0).float }
      rounded.weight = numbers.weight.map { BFloat16($0).float }
      rounded.dy = numbers.dy.map { BFloat16($0).float }
      let changes = run(test, rounded) != run(test, numbers)
      #expect(changes == !isRounded, "\(input) → \(outputs)")
    }
  }
}
