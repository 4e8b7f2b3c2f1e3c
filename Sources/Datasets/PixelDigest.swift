import Crypto
import Foundation

/// The SHA-256 of an image's pixels.
public struct PixelDigest: Hashable, Sendable {
  private let bytes: [UInt8]

  init(_ digest: SHA256.Digest) { bytes = Array(digest) }
}

extension ImageSet {
  /// The digest of one image's pixels, `[3, side, side]`.
  ///
  /// - Precondition: `index` is below `count`.
  public func pixelDigest(of index: Int) -> PixelDigest {
    let pixels = index * pixelsPerImage..<(index + 1) * pixelsPerImage
    return images.withUnsafeBytes { PixelDigest(SHA256.hash(data: $0[pixels])) }
  }
}
