/// The shape of a batch of feature maps, laid out as [N, H, W, C] with padded channels.
///
/// The channels of one pixel are contiguous and fill whole vectors of 16 elements, so that every
/// kernel can work on vectors of channels whatever the channel count. The lanes beyond `channels`
/// are zero, and every layer keeps them zero. Images are not padded, since no layer vectorises over
/// their channels.
public struct FeatureMapShape: Hashable, Sendable {
  /// Images in the batch.
  public private(set) var count: Int
  public private(set) var height: Int
  public private(set) var width: Int
  public private(set) var channels: Int
  /// Elements from one pixel to the next.
  public private(set) var channelStride: Int
  /// The precision of the network that the maps belong to. Layers copy it from input to output.
  public private(set) var arithmetic: Precision

  /// - Precondition: all extents are positive.
  public init(
    count: Int, height: Int, width: Int, channels: Int, arithmetic: Precision = .float32
  ) {
    self.init(
      count: count, height: height, width: width, channels: channels,
      channelStride: Self.paddedChannels(channels), arithmetic: arithmetic)
  }

  /// The shape of a batch of input images, whose channels are not padded.
  public static func images(
    count: Int, height: Int, width: Int, channels: Int = 3, arithmetic: Precision = .float32
  ) -> Self {
    Self(
      count: count, height: height, width: width, channels: channels,
      channelStride: channels, arithmetic: arithmetic)
  }

  private init(
    count: Int, height: Int, width: Int, channels: Int, channelStride: Int, arithmetic: Precision
  ) {
    precondition(
      count > 0 && height > 0 && width > 0 && channels > 0,
      "a feature map needs positive extents, found [\(count), \(height), \(width), \(channels)]")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.channelStride = channelStride
    self.arithmetic = arithmetic
  }

  /// `channels` rounded up to whole vectors.
  public static func paddedChannels(_ channels: Int) -> Int {
    (channels + vectorWidth - 1) / vectorWidth * vectorWidth
  }

  /// Elements in a vector; also the unit to which channels are padded.
  @inlinable public static var vectorWidth: Int { 16 }

  /// Whether each pixel fills whole vectors, as every map but a batch of images does.
  public var fillsVectors: Bool { channelStride % Self.vectorWidth == 0 }

  /// How the elements are stored. Images, and maps of one pixel such as the outputs of linear
  /// layers, are float32 at either precision: they are small, and logits and losses need the full
  /// precision.
  public var precision: Precision { fillsVectors && pixelCount > 1 ? arithmetic : .float32 }

  /// Pixels in one image.
  public var pixelCount: Int { height * width }
  /// Elements from one image to the next.
  public var imageStride: Int { pixelCount * channelStride }
  /// Elements in the whole batch, padding included.
  public var elementCount: Int { count * imageStride }
  /// Bytes from one image to the next.
  public var imageByteCount: Int { imageStride * precision.byteCount }
  /// Bytes of the whole batch, padding included.
  public var byteCount: Int { count * imageByteCount }
}

extension FeatureMapShape {
  /// The same maps for a different number of images.
  public func with(count: Int) -> Self {
    var copy = self
    copy.count = count
    return copy
  }

  /// The same maps in a network of a different precision.
  public func with(arithmetic: Precision) -> Self {
    var copy = self
    copy.arithmetic = arithmetic
    return copy
  }

  /// The output shape of a layer on these maps: same image count and arithmetic, new height, width
  /// and channels.
  public func output(height: Int, width: Int, channels: Int) -> Self {
    Self(count: count, height: height, width: width, channels: channels, arithmetic: arithmetic)
  }
}

extension FeatureMapShape: CustomStringConvertible {
  public var description: String {
    "[\(count), \(height), \(width), \(channels)]" + (precision == .float32 ? "" : " \(precision)")
  }
}
