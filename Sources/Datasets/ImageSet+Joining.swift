extension ImageSet {
  /// The images of this set and then those of `other`, a part of the same data set.
  ///
  /// - Precondition: the same classes, and both prepared alike or not at all.
  public func joined(with other: ImageSet) -> ImageSet {
    precondition(
      classNames == other.classNames && side == other.side
        && preparation?.normalization == other.preparation?.normalization
        && preparation?.takenFrom == other.preparation?.takenFrom,
      "\(count) and \(other.count) images of two data sets, or prepared in two ways")
    return ImageSet(
      images: images + other.images, labels: labels + other.labels, side: side,
      classNames: classNames,
      dataStatus: dataStatus, source: source,
      preparation: preparation.map { own in
        Preparation(
          indices: own.indices + (other.preparation?.indices ?? []), takenFrom: own.takenFrom,
          normalization: own.normalization, selectedOnTest: own.selectedOnTest)
      })
  }
}
