import Augmentation
import TensorFiles
import TestSupport
import Testing

/// Augmentations with fixed parameters, compared with torchvision's transforms of the same bytes as
/// PIL images. The bytes must be equal, although the generator guarantees only one level.
@Suite struct GoldenAugmentationTests {
  typealias Pixels = UnsafePointer<UInt8>
  typealias Target = UnsafeMutablePointer<UInt8>

  /// Expects that `change` transforms both golden images to those of `case`.
  private func check(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (Pixels, Target) -> Void
  ) throws {
    let file = try GoldenFile("augmentation").file
    for image in ["image", "smooth"] {
      let source = try file.scalars(of: image, as: UInt8.self, shape: [3, 32, 32])
      let expected = try file.scalars(
        of: "\(image).\(name).pil", as: UInt8.self, shape: [3, 32, 32])
      var changed = [UInt8](repeating: 0xEE, count: source.count)
      change(source, &changed)
      expectIdentical(changed, expected, "\(image).\(name)", sourceLocation: sourceLocation)
    }
  }

  private func check(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: ColorChange
  ) throws {
    try check(name, sourceLocation: sourceLocation) { source, target in
      target.update(from: source, count: 3 * 32 * 32)
      change.apply(to: target, pixelCount: 32 * 32)
    }
  }

  @Test func flip() throws {
    try check("flip") { Augmentation.mirror($0, into: $1, channels: 3, side: 32) }
  }

  /// Angles of `rotate` are counter-clockwise, those of the transform clockwise.
  @Test(arguments: [-15, -7.3, 0, 4.2, 15])
  func rotate(_ degrees: Double) throws {
    try check("rotate_\(degrees)") {
      AffineTransform(degrees: -degrees).apply($0, into: $1, channels: 3, side: 32)
    }
  }

  @Test(
    arguments: [(10, 2, -3, 0.9), (-15, -3, 3, 1.1), (0, 1, 0, 1), (6.5, 0, 2, 1.05)]
      as [(Double, Int, Int, Double)])
  func affine(_ degrees: Double, _ right: Int, _ down: Int, _ scale: Double) throws {
    let transform = AffineTransform(
      degrees: degrees, translation: SIMD2(right, down), scale: scale)
    try check("affine_\(degrees)_\(right)_\(down)_\(scale)") {
      transform.apply($0, into: $1, channels: 3, side: 32)
    }
  }

  @Test(arguments: [0.8, 1, 1.2])
  func factors(_ factor: Double) throws {
    try check("brightness_\(factor)", .brightness(factor))
    try check("contrast_\(factor)", .contrast(factor))
    try check("saturation_\(factor)", .saturation(factor))
  }

  @Test(arguments: [-0.1, -0.03, 0, 0.05, 0.1])
  func hue(_ fraction: Double) throws {
    try check("hue_\(fraction)", .hue(fraction))
  }
}
