import Foundation
import TensorFiles

/// A picture as stored in a file: its pixels, and the orientation in which to show them.
public struct Picture: Sendable, Equatable {
  /// The pixels as stored; transparent ones are laid over white.
  public let pixels: PixelImage
  public let orientation: PictureOrientation

  public init(_ pixels: PixelImage, orientation: PictureOrientation = .up) {
    (self.pixels, self.orientation) = (pixels, orientation)
  }

  /// Bytes that a file may have.
  public static let largestFile = 1 << 28
  /// Pixels that a picture may have.
  public static let mostPixels = 1 << 26
  /// Bytes of memory that one picture may take while it is decoded: its file, its pixels, and what the
  /// decoder holds. A file of a few bytes can ask for any amount.
  ///
  /// A PNG takes four bytes a pixel, so one of `mostPixels` fills half of it, and up to 64 MiB of texts. A
  /// JPEG takes three bytes a pixel, and a progressive one two more for each sample until its last scan:
  /// `mostPixels` with halved colours fit, and 56 Mi pixels with whole ones.
  public static let mostMemory = 1 << 29

  /// Reads a PNG or JPEG file; its first bytes tell which, whatever its name is.
  ///
  /// - Parameter name: Its name in errors; its path if nil.
  /// - Throws: `PictureError`, also for a picture that is cut short.
  public init(contentsOf url: URL, called name: String? = nil) throws(PictureError) {
    let file = name ?? url.path
    try self.init(
      BoundedFile.bytes(of: url.path, limit: Self.largestFile, called: file), file: file)
  }

  /// Decodes the bytes of a file.
  ///
  /// - Parameter file: Its name in errors.
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
