/// A data set with the parts that its source defines, all with the same image size and
/// the same classes.
public struct ParsedDataset: Sendable, Equatable {
  /// The images to train on.
  public var train: ImageSet
  /// The source's validation images; nil if it leaves the choice to the recipe.
  public var validation: ImageSet?
  /// The source's test images; nil if it has none.
  public var test: ImageSet?

  /// - Precondition: the same side and the same classes in every part.
  public init(train: ImageSet, validation: ImageSet? = nil, test: ImageSet? = nil) {
    for part in [validation, test].compactMap({ $0 }) {
      precondition(
        part.side == train.side && part.classNames == train.classNames,
        "parts of side \(train.side) and \(part.side), of \(train.classNames.count) and "
          + "\(part.classNames.count) classes")
    }
    (self.train, self.validation, self.test) = (train, validation, test)
  }
}

extension ParsedDataset {
  /// The training images followed by the source's validation images: one set,
  /// as the pipeline stores them.
  public var trainingFile: ImageSet {
    guard let validation, validation.count > 0 else { return train }
    return ImageSet(
      images: train.images + validation.images, labels: train.labels + validation.labels,
      side: train.side, classNames: train.classNames, dataStatus: train.dataStatus,
      source: train.source, setAsideCount: validation.count)
  }
}
