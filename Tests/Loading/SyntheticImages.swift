import Datasets
import Randomness

extension ImageSet {
  /// Noise with labels from `classes`; image 0 has a uniform colour, so that its deviation is zero.
  static func noise(count: Int, classes: Int = 3, seed: Int = 1) -> ImageSet {
    var stream = RandomStream(seed: seed, purpose: "test images")
    let pixels = (0..<count * 3_072).map { index -> UInt8 in
      let value = UInt8(stream.integer(below: 256))
      return index < 3_072 ? 77 : value
    }
    return ImageSet(
      images: pixels, labels: (0..<count).map { UInt16($0 * 7 % classes) }, side: 32,
      classNames: (0..<classes).map { "class \($0)" }, dataStatus: .generated, source: .shapes)
  }
}
