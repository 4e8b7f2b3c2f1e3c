import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// Feature maps in bfloat16.
@Suite struct BFloat16Tests {
  @Test(
    arguments: [
      // value, upper half
      (0, 0x0000), (-0.0, 0x8000), (1, 0x3F80), (-2.5, 0xC020), (.infinity, 0x7F80),
      // Between 1 and 1 + 2⁻⁷: below, at and above the middle; then the middle above an odd
      // neighbour.
      (1 + 0x1p-9, 0x3F80), (1 + 0x1p-8, 0x3F80), (1 + 0x1p-8 + 0x1p-20, 0x3F81),
      (1 + 0x1.8p-7, 0x3F82), (-1 - 0x1.8p-7, 0xBF82),
      // Nearer to 2¹²⁸ than to the largest bfloat16.
      (.greatestFiniteMagnitude, 0x7F80), (0x1.FEp127, 0x7F7F), (.leastNormalMagnitude, 0x0080),
    ] as [(Float, UInt16)])
  func roundsToTheNearest(_ value: Float, _ bits: UInt16) {
    #expect(BFloat16(value).bitPattern == bits)
    #expect(BFloat16(BFloat16(value).float) == BFloat16(value))
  }

  @Test(arguments: [Float.nan, -.nan, Float(bitPattern: 0x7F80_0001), .signalingNaN])
  func notANumberStays(_ value: Float) {
    #expect(BFloat16(value).float.isNaN)
  }

  /// Kernels, which round sixteen values at a time, give the same results as `BFloat16`.
  @Test func kernelsRoundAlike() {
    let count = 4096
    let shape = [1, 16, 16, count / 256]
    // Sums of two values of eight bits whose exponents differ by up to twelve: exact in float, and
    // often halfway between two bfloat16 values.
    let large = (0..<count).map { BFloat16(Float($0 % 256 + 256) * ($0 % 3 == 0 ? -1 : 1)).float }
    let small = (0..<count).map { BFloat16(Float($0 % 251) / Float(1 << ($0 % 9))).float }
    let sums = zip(large, small).map(+)
    let run = LayerRun(
      Add(), [large, small].map { DenseTensor(shape: shape, values: $0) }, arithmetic: .bfloat16)
    #expect(run.output.values == sums.map { BFloat16($0).float })
    #expect(run.output.values != sums)
  }

  @Test func notANumberPassesThroughKernels() {
    var values = [Float](repeating: 1, count: 64)
    values[5] = .nan
    values[6] = Float(bitPattern: 0x7FFF_0000)
    for layer in [
      Activation(.relu), Activation(.gelu), MaxPool(.windows(size: 1, stride: 1)),
      MaxPool(.windows(size: 1, stride: 1), rectifies: true),
    ]
      as [any Layer]
    {
      let x = DenseTensor(shape: [1, 16, 2, 2], values: values)
      let y = LayerRun(layer, [x], arithmetic: .bfloat16).output.values
      #expect(y.indices.filter { y[$0].isNaN } == [5, 6], "\(layer.kind)")
    }
  }

  /// Every layer compared with itself in float32. The tolerance, a hundredth of the largest value,
  /// is twice the error of one rounding to eight bits; an operation that rounds intermediate sums
  /// exceeds it. In the backward pass, convolutions round the values of their Winograd tiles;
  /// docs/kernels.md says why they may.
  @Test(arguments: LayerSample.all)
  func agreesWithFloat32(_ sample: LayerSample) {
    for addingTo in [nil, 1] as [Float?] {
      let expected = sample.results(.float32, addingTo: addingTo)
      let actual = sample.results(.bfloat16, addingTo: addingTo)
      #expect(actual.count == expected.count)
      for (index, (a, b)) in zip(actual, expected).enumerated() {
        let mayRoundTiles = index > 0 && sample.roundsTiles
        expectClose(a, b, .ofLargest(mayRoundTiles ? 2.5e-2 : 1e-2), "result \(index)")
      }
    }
  }

  /// Checks that the maps are not float32, since the test above would then find nothing.
  @Test(arguments: LayerSample.all.filter { $0.name.hasSuffix("convolution") })
  func convolutionsStoreRoundedNumbers(_ sample: LayerSample) {
    let output = sample.results(.bfloat16)[0]
    #expect(output.allSatisfy { BFloat16($0).float == $0 })
    #expect(output != sample.results(.float32)[0])
  }

  /// Logits and other maps of one pixel keep all digits.
  @Test func mapsOfOnePixelAndImagesAreFloat32() {
    let map = FeatureMapShape(
      count: 3, height: 2, width: 1, channels: 5, arithmetic: .bfloat16)
    #expect(map.precision == .bfloat16 && map.byteCount == 3 * 2 * 16 * 2)
    let pixel = map.output(height: 1, width: 1, channels: 5)
    #expect(pixel.precision == .float32 && pixel.byteCount == 3 * 16 * 4)
    #expect(pixel.output(height: 2, width: 2, channels: 5).precision == .bfloat16)
    let images = FeatureMapShape.images(count: 3, height: 8, width: 8, arithmetic: .bfloat16)
    #expect(images.precision == .float32 && images.byteCount == 3 * 64 * 3 * 4)
  }

  @Test func readingMapsAsWhatTheyAreNotStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let shape = FeatureMapShape(
        count: 1, height: 2, width: 2, channels: 3, arithmetic: .bfloat16)
      _ = OwnedFeatureMap(shape).map.base
    }
  }
}
