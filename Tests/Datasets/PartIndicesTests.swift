import Datasets
import Foundation
import TensorFiles
import Testing

@Suite struct PartIndicesTests {
  /// 20, 9, 3, 2 and 1 images of five classes, all different.
  private let train = imageSet(
    labels: [20, 9, 3, 2, 1].enumerated().flatMap { [UInt16](repeating: UInt16($0), count: $1) })

  private func counts(_ images: ImageSet?) -> [Int] { Array(images?.classCounts.prefix(5) ?? []) }

  /// A tenth of 20 is 2, of 9 about 1; of three images one is taken, of fewer none.
  @Test func eachClassGivesItsFraction() throws {
    let (set, parts) = ParsedDataset(train: train).completed(validation: 0.1, test: 0.1, seed: 4)
    #expect(counts(set.test) == [2, 1, 1, 0, 0] && counts(set.validation) == [2, 1, 1, 0, 0])
    #expect(counts(set.train) == [16, 7, 1, 2, 1])
    let all = (parts.training + parts.validation + parts.test).sorted()
    #expect(all == Array(0..<35))
    #expect(set.train.labels == parts.training.map { train.labels[$0] })
    let again = ParsedDataset(train: train).completed(validation: 0.1, test: 0.1, seed: 4)
    let other = ParsedDataset(train: train).completed(validation: 0.1, test: 0.1, seed: 5)
    #expect(again.parts == parts && other.parts != parts)
  }

  @Test func partsThatAreThereStay() throws {
    let test = imageSet(labels: [1, 2])
    let (set, parts) = ParsedDataset(train: train, test: test)
      .completed(validation: 0.2, test: 0.2, seed: 4)
    #expect(set.test == test && parts.test.isEmpty)
    #expect(counts(set.validation) == [4, 2, 1, 0, 0])
  }

  /// Eight of ten images of a class are equal: they are never in different parts.
  @Test(arguments: 0..<20) func copiesStayTogether(seed: Int) throws {
    let copies = imageSet(labels: [UInt16](repeating: 0, count: 10) + [1, 1, 1, 1]) {
      image, offset in
      image < 8 ? 7 : UInt8(truncatingIfNeeded: image * 31 + offset)
    }
    let (set, _) = ParsedDataset(train: copies).completed(validation: 0.2, test: 0.2, seed: seed)
    #expect(set.repeatedImages().isEmpty)
    #expect(counts(set.train)[0] >= 8)
  }

  @Test func repeatedImagesAreFound() throws {
    let base = imageSet(labels: [0, 1, 2]) { image, offset in
      UInt8(truncatingIfNeeded: image * 50 + offset)
    }
    // The first two images again, the second one with another label.
    let test = imageSet(labels: [0, 3]) { image, offset in
      UInt8(truncatingIfNeeded: image * 50 + offset)
    }
    let repeated = ParsedDataset(train: base, test: test).repeatedImages()
    #expect(repeated.map(\.again.index) == [0, 1] && repeated.map(\.first.index) == [0, 1])
    #expect(repeated.map(\.hasTwoLabels) == [false, true])
    #expect(repeated.allSatisfy { $0.first.part == .training && $0.again.part == .test })
  }

  /// The images that a source provides for validation are used, and no others can be requested.
  @Test func imagesSetAsideValidate() throws {
    try withTemporaryFolder { folder in
      let validation = imageSet(labels: [4, 5]) { _, offset in UInt8(truncatingIfNeeded: offset) }
      let set = ParsedDataset(train: train, validation: validation).trainingFile
      #expect(set.count == 37 && set.setAsideCount == 2 && set.labels.suffix(2) == [4, 5])
      let url = folder.appending(path: "train")
      try set.write(to: url)
      #expect(try TensorFile(contentsOf: url).schemaVersion == 2)
      #expect(try ImageSet(contentsOf: url) == set)
      let split = try Split(.last, validation: nil, seed: 1, of: set, testCount: 9)
      #expect(split.validation == [35, 36] && split.training == Array(0..<35))
      #expect(split.kind == .given && split.validationSource == .train)
      try split.write(to: folder.appending(path: "split"))
      #expect(try Split(contentsOf: folder.appending(path: "split")) == split)
      #expect(throws: SplitError.givenAlready(found: 5, given: 2)) {
        try Split(.last, validation: .images(5), seed: 1, of: set, testCount: 9)
      }
      let onTest = try Split(.last, validation: .test, seed: 1, of: set, testCount: 9)
      #expect(onTest.training.count == 37 && onTest.validation.count == 9)
      #expect(throws: SplitError.size(found: 5_000, images: 35)) {
        try Split(.last, validation: nil, seed: 1, of: train, testCount: 9)
      }
    }
  }
}
