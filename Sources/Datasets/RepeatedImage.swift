/// Identical images in two parts of a data set, or in two classes.
public struct RepeatedImage: Sendable, Equatable {
  /// A part of the data set and the image's index in it.
  public struct Place: Sendable, Hashable {
    public let part: DataPart
    public let index: Int

    public init(part: DataPart, index: Int) { (self.part, self.index) = (part, index) }
  }

  /// The image's first place, in the order training, validation, test.
  public let first: Place
  /// Its repetition.
  public let again: Place
  /// Whether the two places have different labels.
  public let hasTwoLabels: Bool
}

extension ParsedDataset {
  /// Every image identical to an earlier one of another part or class.
  public func repeatedImages() -> [RepeatedImage] {
    var repeated: [RepeatedImage] = []
    var seen: [PixelDigest: (place: RepeatedImage.Place, label: Int)] = [:]
    for part in DataPart.allCases {
      guard let images = self[part] else { continue }
      for index in 0..<images.count {
        let place = RepeatedImage.Place(part: part, index: index)
        let (digest, label) = (images.pixelDigest(of: index), Int(images.labels[index]))
        guard let earlier = seen[digest] else {
          seen[digest] = (place, label)
          continue
        }
        guard earlier.place.part != part || earlier.label != label else { continue }
        repeated.append(
          RepeatedImage(first: earlier.place, again: place, hasTwoLabels: earlier.label != label))
      }
    }
    return repeated
  }
}
