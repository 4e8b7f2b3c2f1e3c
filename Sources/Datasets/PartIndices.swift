import Randomness

/// The training, validation and test images of a set, as ascending indices.
///
/// Images of one class that are the same to the last pixel stay together: a copy of a training image
/// in the test set would be memorised.
public struct PartIndices: Sendable, Equatable {
  public let training: [Int]
  public let validation: [Int]
  public let test: [Int]

  /// Chooses a fraction of each class, class by class: the nearest whole number of images, and at least
  /// one where the class has three or more. The choice depends on the seed and the class.
  ///
  /// - Parameters:
  ///   - validation: The validation fraction; 0 for none.
  ///   - test: The test fraction; 0 for none.
  /// - Precondition: the fractions are not negative, and their sum is below 1.
  public init(of images: ImageSet, validation: Double, test: Double, seed: Int) {
    precondition(
      validation >= 0 && test >= 0 && validation + test < 1,
      "fractions \(validation) and \(test) of a set")
    let digests = (0..<images.count).map(images.pixelDigest(of:))
    var parts = (training: [Int](), validation: [Int](), test: [Int]())
    for (label, members) in images.indicesByClass.enumerated() {
      func target(_ fraction: Double) -> Int {
        guard fraction > 0 else { return 0 }
        let count = Int((fraction * Double(members.count)).rounded())
        return max(count, members.count >= 3 ? 1 : 0)
      }
      let wanted = (validation: target(validation), test: target(test))
      var random = RandomStream(seed: seed, purpose: "dataset.parts", index: label)
      let groups = Self.groups(of: members, by: digests)
      var (chosenToValidate, chosenToTest) = (0, 0)
      for place in random.permutation(of: groups.count) {
        let group = groups[place]
        if chosenToTest + group.count <= wanted.test {
          parts.test += group
          chosenToTest += group.count
        } else if chosenToValidate + group.count <= wanted.validation {
          parts.validation += group
          chosenToValidate += group.count
        } else {
          parts.training += group
        }
      }
    }
    (training, self.validation) = (parts.training.sorted(), parts.validation.sorted())
    self.test = parts.test.sorted()
  }

  /// Groups members with equal digests, in the order of their first members.
  private static func groups(of members: [Int], by digests: [PixelDigest]) -> [[Int]] {
    var groups: [[Int]] = []
    var places: [PixelDigest: Int] = [:]
    for member in members {
      if let place = places[digests[member]] {
        groups[place].append(member)
      } else {
        places[digests[member]] = groups.count
        groups.append([member])
      }
    }
    return groups
  }
}

extension ParsedDataset {
  /// This data set with every part: missing parts are taken from its training images by fraction.
  ///
  /// - Parameters:
  ///   - validation: The validation fraction of each class, if the set has no validation images.
  ///   - test: The test fraction of each class, if it has no test images.
  /// - Returns: The set, and the indices of each new part in its training images.
  public func completed(
    validation: Double, test: Double, seed: Int
  ) -> (set: ParsedDataset, parts: PartIndices) {
    let parts = PartIndices(
      of: train, validation: self.validation == nil ? validation : 0,
      test: self.test == nil ? test : 0, seed: seed)
    let set = ParsedDataset(
      train: train.taking(parts.training),
      validation: self.validation ?? train.taking(parts.validation),
      test: self.test ?? train.taking(parts.test))
    return (set, parts)
  }
}
