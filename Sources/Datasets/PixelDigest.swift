import Digests
import Foundation

/// The SHA-256 of an image's pixels.
public typealias PixelDigest = SHA256.Digest

extension ImageSet {
  /// The digest of one image's pixels, `[3, side, side]`.
  ///
  /// - Precondition: `index` is below `count`.
  public func pixelDigest(of index: Int) -> PixelDigest {
    let pixels = index * pixelsPerImage..<(index + 1) * pixelsPerImage
    return images.withUnsafeBytes { SHA256.digest(of: $0[pixels]) }
  }
}
