/// The views of each image that an evaluation averages, and the images for which it does so.
public struct ImageViews: Sendable, Equatable {
  public enum Kind: String, Sendable, Codable {
    /// The image alone.
    case plain
    /// The image and its mirror image.
    case mirrored
    /// The image, the image shifted by one pixel up and left, and the image shifted by one pixel
    /// down and right, each with its mirror image.
    case shifted

    /// Number of views.
    public var count: Int {
      switch self {
      case .plain: 1
      case .mirrored: 2
      case .shifted: 6
      }
    }
  }

  public let kind: Kind
  /// Whether the views' probabilities are averaged (`evaluate.flip`) instead of their logits.
  public let averagesProbabilities: Bool
  /// The fraction of images predicted from all views: those of which the network is least certain
  /// with the plain view. The others are predicted from the plain view alone.
  public let fraction: Double

  /// The image alone.
  public static let plain = ImageViews(.plain)
  /// The probabilities for the image and its mirror image.
  public static let flip = ImageViews(.mirrored, averagesProbabilities: true)

  /// Views whose logits are averaged.
  public init(_ kind: Kind, fraction: Double = 1) {
    self.init(kind, averagesProbabilities: false, fraction: kind == .plain ? 1 : fraction)
  }

  private init(_ kind: Kind, averagesProbabilities: Bool, fraction: Double = 1) {
    (self.kind, self.averagesProbabilities) = (kind, averagesProbabilities)
    self.fraction = fraction
  }
}

extension ImageViews {
  /// A mark for titles and tables, "6 views each" or "6 views of the least certain 25 %"; nil for
  /// plain images.
  public var mark: String? {
    guard kind != .plain else { return nil }
    return "\(kind.count) views "
      + (fraction < 1 ? "of the least certain \(percentage)" : "each")
  }

  /// How predictions are computed, in a sentence without a full stop; nil for plain images.
  public var sentence: String? {
    let views: String
    switch kind {
    case .plain: return nil
    case .mirrored where averagesProbabilities:
      return "each answer is the mean of those to the image and to its mirror image"
    case .mirrored: views = "the image and its mirror image"
    case .shifted:
      views = "the image as it is and shifted by a pixel up-left and down-right, each also mirrored"
    }
    let answers =
      fraction < 1
      ? "the answers to the least certain \(percentage) of the images average"
      : "each answer averages"
    return "\(answers) the logits of \(kind.count) views: \(views)"
  }

  /// "25 %".
  private var percentage: String {
    let percent = 100 * fraction
    // At most four digits in all.
    let rounded = (percent * 100).rounded() / 100
    return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " %"
  }
}
