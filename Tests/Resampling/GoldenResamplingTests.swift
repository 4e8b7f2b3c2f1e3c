import Resampling
import TensorFiles
import TestSupport
import Testing

/// Resampling compared with torchvision's resize of PIL images, byte by byte.
@Suite struct GoldenResamplingTests {
  @Test func resizeTo227() throws {
    let file = try GoldenFile("augmentation").file
    let image = try file.scalars(of: "smooth", as: UInt8.self, shape: [3, 32, 32])
    let expected = try file.scalars(
      of: "smooth.resize227.pil", as: UInt8.self, shape: [3, 227, 227])
    let resized = image.resampled(height: 32, width: 32, toHeight: 227, width: 227)
    expectIdentical(resized, expected, "smooth at 227 × 227")
  }

  /// torchvision's tensors are not rounded, so bytes differ by the rounding of the result and that
  /// between the two passes: half a level each.
  @Test func theUnroundedResultIsNear() throws {
    let file = try GoldenFile("augmentation").file
    let image = try file.scalars(of: "smooth", as: UInt8.self, shape: [3, 32, 32])
    let expected = try file.scalars(
      of: "smooth.resize227.float", as: Float.self, shape: [3, 227, 227])
    let resized = image.resampled(height: 32, width: 32, toHeight: 227, width: 227)
    expectClose(
      resized.map { Float($0) / 255 }, expected, Tolerance(absolute: 1.001 / 255),
      "smooth at 227 × 227", shape: [3, 227, 227])
  }
}
