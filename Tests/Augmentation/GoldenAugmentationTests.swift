import Augmentation
import TensorFiles
import TestSupport
import Testing

/// Augmentations against torchvision's on the same bytes.
@Suite struct GoldenAugmentationTests {
  @Test(arguments: ["image", "smooth"])
  func flip(_ name: String) throws {
    let file = try GoldenFile("augmentation").file
    let image = try file.scalars(of: name, as: UInt8.self, shape: [3, 32, 32])
    let expected = try file.scalars(of: "\(name).flip.pil", as: UInt8.self, shape: [3, 32, 32])
    var flipped = [UInt8](repeating: 0, count: image.count)
    Augmentation.mirror(image, into: &flipped, channels: 3, side: 32)
    expectIdentical(flipped, expected, name)
    let showsFlip = image != expected
    #expect(showsFlip)
  }
}
