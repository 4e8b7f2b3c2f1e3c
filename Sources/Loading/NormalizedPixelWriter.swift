import Datasets

/// Writes bytes as normalised floats, pixel by pixel, in the layout of a network's first layer.
///
/// A byte has 256 values, so each is normalised once and then looked up.
public struct NormalizedPixelWriter: Sendable {
  /// The 256 normalised values of each channel; nil if each image has its own normalisation.
  private let values: [Float]?

  public init(_ normalization: Normalization) {
    switch normalization {
    case .perImage: values = nil
    case .constants(let mean, let std):
      values = zip(mean, std).flatMap { mean, std in
        (0..<256).map { Self.normalized($0, mean: mean, std: std) }
      }
    }
  }

  private static func normalized(_ byte: Int, mean: Float, std: Float) -> Float {
    (Float(byte) / 255 - mean) / std
  }

  /// Writes one image.
  ///
  /// Shapes: image `[3, pixelCount]`; target `[pixelCount, 3]`.
  ///
  /// - Precondition: `pixelCount` is at most 2²⁴.
  public func write(
    _ image: UnsafePointer<UInt8>, pixelCount: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var pixels = target
    if let values {
      values.withUnsafeBufferPointer { values in
        for pixel in 0..<pixelCount {
          pixels[0] = values[Int(image[pixel])]
          pixels[1] = values[256 + Int(image[pixelCount + pixel])]
          pixels[2] = values[512 + Int(image[2 * pixelCount + pixel])]
          pixels += ImageSet.channels
        }
      }
      return
    }
    let (mean, std) = Self.statistics(of: image, pixelCount: pixelCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { values in
      for byte in 0..<256 {
        values.initializeElement(
          at: byte, to: Self.normalized(byte, mean: mean, std: std + 1e-7))
      }
      for pixel in 0..<pixelCount {
        for channel in 0..<ImageSet.channels {
          pixels[channel] = values[Int(image[channel * pixelCount + pixel])]
        }
        pixels += ImageSet.channels
      }
    }
  }

  /// Mean and population deviation of pixel / 255 over all values of an image, from exact sums.
  private static func statistics(
    of image: UnsafePointer<UInt8>, pixelCount: Int
  ) -> (mean: Float, std: Float) {
    precondition(pixelCount <= 1 << 24, "an image of \(pixelCount) pixels")
    let count = ImageSet.channels * pixelCount
    var sum = 0
    var squares = 0
    // 2¹⁶ squares of bytes fit in 32 bits, so the sums can use vectors.
    for first in stride(from: 0, to: count, by: 1 << 16) {
      var partialSum: UInt32 = 0
      var partialSquares: UInt32 = 0
      for index in first..<min(first + 1 << 16, count) {
        let value = UInt32(image[index])
        partialSum &+= value
        partialSquares &+= value &* value
      }
      sum += Int(partialSum)
      squares += Int(partialSquares)
    }
    let mean = Double(sum) / Double(count)
    let variance = max(Double(squares) / Double(count) - mean * mean, 0)
    return (Float(mean / 255), Float(variance.squareRoot() / 255))
  }
}
