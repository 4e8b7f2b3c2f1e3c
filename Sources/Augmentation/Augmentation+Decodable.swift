extension Augmentation {
  /// Its name in recipes.
  public var kind: String {
    switch self {
    case .resize: "resize"
    case .crop: "crop"
    case .flip: "flip"
    case .alternatingFlip: "alternating-flip"
    case .rotate: "rotate"
    case .affine: "affine"
    case .colorJitter: "color-jitter"
    case .cutout: "cutout"
    }
  }
}

extension Augmentation: Decodable {
  private enum Kind: String, CodingKey, CaseIterable {
    case resize, crop, flip, alternatingFlip, rotate, affine, colorJitter, cutout
  }
  private struct Crop: Decodable {
    let padding: Int
    let fill: CropFill
  }
  private struct Flip: Decodable {
    let probability: Double
  }
  private struct Rotate: Decodable {
    let degrees: Double
  }
  private struct Affine: Decodable {
    let degrees: Double
    let translate: Double
    let scale: [Double]
  }
  private struct Cutout: Decodable {
    let side: Int
    let fill: CutoutFill
  }

  /// Reads `{"crop": {"padding": 4, "fill": "zero"}}`, `{"flip": {"probability": 0.5}}` and the
  /// like: one name, with all its options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Kind.self)
    guard let kind = container.allKeys.first, container.allKeys.count == 1 else {
      let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "one of \(names) expected"))
    }
    switch kind {
    case .resize: self = .resize
    case .crop:
      let crop = try container.decode(Crop.self, forKey: kind)
      self = .crop(padding: crop.padding, fill: crop.fill)
    case .flip:
      self = .flip(probability: try container.decode(Flip.self, forKey: kind).probability)
    case .alternatingFlip: self = .alternatingFlip
    case .rotate:
      self = .rotate(degrees: try container.decode(Rotate.self, forKey: kind).degrees)
    case .affine:
      let affine = try container.decode(Affine.self, forKey: kind)
      guard affine.scale.count == 2, let least = affine.scale.min(),
        let largest = affine.scale.max()
      else {
        throw DecodingError.dataCorruptedError(
          forKey: kind, in: container,
          debugDescription: "scale takes two factors, found \(affine.scale)")
      }
      self = .affine(
        degrees: affine.degrees, translate: affine.translate, scale: least..<largest)
    case .colorJitter: self = .colorJitter(try container.decode(ColorJitter.self, forKey: kind))
    case .cutout:
      let cutout = try container.decode(Cutout.self, forKey: kind)
      self = .cutout(side: cutout.side, fill: cutout.fill)
    }
  }
}
