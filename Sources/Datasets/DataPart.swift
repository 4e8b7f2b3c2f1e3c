/// A part of a data set.
public enum DataPart: String, Sendable, CaseIterable {
  case training, validation, test
}

extension ParsedDataset {
  /// The images of one part, in the source's order; nil if the set does not have that part.
  public subscript(part: DataPart) -> ImageSet? {
    switch part {
    case .training: train
    case .validation: validation
    case .test: test
    }
  }

  /// The images at these indices of each part; a part without any stays whole.
  public func taking(_ indices: [DataPart: [Int]]) -> ParsedDataset {
    func taking(_ part: DataPart, of images: ImageSet) -> ImageSet {
      indices[part].map { images.taking($0) } ?? images
    }
    return ParsedDataset(
      train: taking(.training, of: train),
      validation: validation.map { taking(.validation, of: $0) },
      test: test.map { taking(.test, of: $0) })
  }

  /// The classes without an image in one of the parts, with the number of images in each part.
  public var thinClasses: [(name: String, counts: [DataPart: Int])] {
    let parts = DataPart.allCases.compactMap { part in
      self[part].map { (part: part, counts: $0.classCounts) }
    }
    return train.classNames.indices.compactMap { label in
      let counts = Dictionary(uniqueKeysWithValues: parts.map { ($0.part, $0.counts[label]) })
      return counts.values.contains(0) ? (train.classNames[label], counts) : nil
    }
  }
}
