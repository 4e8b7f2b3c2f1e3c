/// The extent of a batch of feature maps, laid out as [N, H, W, C] with padded channels.
///
/// One pixel's channels lie side by side and fill whole vectors of 16 floats, so that every kernel
/// can work on vectors of channels whatever the channel count. The lanes beyond `channels` are zero,
/// and every layer keeps them zero. Images, which no layer vectorises over, are padded to 4.
public struct FeatureMapShape: Hashable, Sendable {
  /// Images in the batch.
  public var count: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  /// Floats from one pixel to the next.
  public let channelStride: Int

  /// - Precondition: all extents are positive.
  public init(count: Int, height: Int, width: Int, channels: Int) {
    self.init(
      count: count, height: height, width: width, channels: channels,
      channelStride: Self.paddedChannels(channels))
  }

  /// The shape of a batch of input images, whose few channels are padded to 4.
  public static func images(count: Int, height: Int, width: Int, channels: Int = 3) -> Self {
    Self(
      count: count, height: height, width: width, channels: channels,
      channelStride: (channels + 3) / 4 * 4)
  }

  private init(count: Int, height: Int, width: Int, channels: Int, channelStride: Int) {
    precondition(
      count > 0 && height > 0 && width > 0 && channels > 0,
      "a feature map needs positive extents, found [\(count), \(height), \(width), \(channels)]")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.channelStride = channelStride
  }

  /// `channels` rounded up to whole vectors.
  public static func paddedChannels(_ channels: Int) -> Int {
    (channels + vectorWidth - 1) / vectorWidth * vectorWidth
  }

  /// Floats in a vector; also the unit to which channels are padded.
  public static let vectorWidth = 16

  /// Whether each pixel fills whole vectors, as every map but a batch of images does.
  public var fillsVectors: Bool { channelStride % Self.vectorWidth == 0 }

  /// Pixels in one image.
  public var pixelCount: Int { height * width }
  /// Floats from one image to the next.
  public var imageStride: Int { pixelCount * channelStride }
  /// Floats in the whole batch, padding included.
  public var elementCount: Int { count * imageStride }

  /// The same maps for another number of images.
  public func with(count: Int) -> Self {
    var copy = self
    copy.count = count
    return copy
  }
}

extension FeatureMapShape: CustomStringConvertible {
  public var description: String { "[\(count), \(height), \(width), \(channels)]" }
}
