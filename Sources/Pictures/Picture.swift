import Foundation
import TensorFiles

/// A picture as stored in a file: its pixels, and the orientation in which to show them.
public struct Picture: Sendable, Equatable {
  /// The pixels as stored; transparent ones are blended with white.
  public let pixels: PixelImage
  public let orientation: PictureOrientation

  public init(_ pixels: PixelImage, orientation: PictureOrientation = .up) {
    (self.pixels, self.orientation) = (pixels, orientation)
  }

  /// The largest size of a file in bytes.
  public static let largestFile = 1 << 28
  /// The largest number of pixels of a picture.
  public static let mostPixels = 1 << 26
  /// The largest memory in bytes for decoding a picture: its file, its pixels and the decoder's own
  /// memory. Otherwise, a file of a few bytes could require any amount.
  ///
  /// A PNG needs four bytes per pixel, so that one of `mostPixels` needs half of this memory, and
  /// up to 64 MiB for texts. A JPEG needs three bytes per pixel, and a progressive one two more per
  /// sample until its last scan: `mostPixels` fit with subsampled colours, 56 Mi pixels without
  /// subsampling.
  public static let mostMemory = 1 << 29

  /// Reads a PNG or JPEG file. The format is identified by the first bytes, not by the name.
  ///
  /// - Parameter name: The name of the file in errors; its path if nil.
  /// - Throws: `PictureError`, also for a truncated picture.
  public init(contentsOf url: URL, called name: String? = nil) throws(PictureError) {
    let file = name ?? url.path
    try self.init(
      BoundedFile.bytes(of: url.path, limit: Self.largestFile, called: file), file: file)
  }

  /// Decodes the bytes of a file.
  ///
  /// - Parameter file: The name of the file in errors.
  public init(_ bytes: [UInt8], file: String) throws(PictureError) {
    if bytes.starts(with: PNGFile.signature) {
      self = try PNGFile.decode(bytes, file: file)
    } else if bytes.starts(with: JPEGFile.signature) {
      self = try JPEGFile.decode(bytes, file: file)
    } else {
      throw .unknownFormat(
        file: file, format: ForeignFormat(firstBytes: bytes), firstBytes: Array(bytes.prefix(4)))
    }
  }

  /// Rejects invalid sizes.
  static func check(width: Int, height: Int, file: String) throws(PictureError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= mostPixels, max(width, height) <= 1 << 20 else {
      throw .tooManyPixels(file: file, width: width, height: height, limit: mostPixels)
    }
  }
}
