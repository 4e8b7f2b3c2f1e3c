import Datasets
import Foundation
import Testing

/// `dataset.training-images` and `dataset.test-images` with the images of an archive.
@Suite struct SubsetTests {
  /// Images that differ from each other, with labels in mixed order.
  private func images(_ count: Int, classes: Int = 10) -> ImageSet {
    imageSet(labels: (0..<count).map { UInt16($0 * 7 % classes) }) { image, offset in
      offset < 2
        ? UInt8(image >> (8 * offset) & 255) : UInt8(truncatingIfNeeded: image * 3 + offset)
    }
  }

  private func chosen(
    _ train: ImageSet, _ test: ImageSet, training: Int?, test count: Int?, seed: Int = 42
  ) throws -> (train: ImageSet, test: ImageSet) {
    let parsed = ParsedDataset(train: train, test: test)
    let settings = DatasetSettings(
      source: .cifar10, seed: seed, trainingImages: training, testImages: count)
    let chosen = parsed.taking(try settings.chosenIndices(among: parsed))
    return (chosen.train, try #require(chosen.test))
  }

  /// The numbers of the images, which are in their first two bytes.
  private func numbers(_ images: ImageSet) -> [Int] {
    (0..<images.count).map { image in
      let first = image * 3_072
      return Int(images.images[first]) + Int(images.images[first + 1]) << 8
    }
  }

  @Test func withoutNumbersAllAreTaken() throws {
    let (train, test) = (images(300), images(40))
    let all = try chosen(train, test, training: nil, test: nil)
    #expect(all.train == train && all.test == test)
    let same = try chosen(train, test, training: 300, test: 40)
    #expect(same.train == train && same.test == test)
  }

  @Test func classesHaveEqualSharesInTheOrderOfTheArchive() throws {
    let (train, test) = (images(300), images(100))
    let subset = try chosen(train, test, training: 120, test: 30)
    #expect(subset.train.classCounts == [Int](repeating: 12, count: 10))
    #expect(subset.test.classCounts == [Int](repeating: 3, count: 10))
    for (part, whole) in [(subset.train, train), (subset.test, test)] {
      let numbers = numbers(part)
      #expect(numbers == numbers.sorted() && Set(numbers).count == part.count)
      #expect(part.labels == numbers.map { whole.labels[$0] })
      #expect(part.dataStatus == whole.dataStatus && part.preparation == nil)
      let size = 3_072
      #expect(part.images == numbers.flatMap { whole.images[$0 * size..<($0 + 1) * size] })
    }
  }

  /// 25 images of ten classes: two of each class, and one more of each of the first five.
  @Test func theRestGoesToTheFirstClasses() throws {
    let subset = try chosen(images(300), images(100), training: 25, test: nil)
    #expect(subset.train.classCounts == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2])
    #expect(subset.test.count == 100)
  }

  /// A fifth of 90 and of 10 images is 18 and 2.
  @Test func classFractionsAreThoseOfTheArchive() throws {
    let train = imageSet(labels: (0..<100).map { $0 % 10 == 3 ? 1 : 0 })
    let subset = try chosen(train, images(20), training: 20, test: nil)
    #expect(Array(subset.train.classCounts[..<2]) == [18, 2])
  }

  @Test func theSeedChooses() throws {
    let (train, test) = (images(300), images(300))
    let first = try chosen(train, test, training: 50, test: 50)
    let again = try chosen(train, test, training: 50, test: 50)
    let other = try chosen(train, test, training: 50, test: 50, seed: 43)
    #expect(first.train == again.train && first.test == again.test)
    #expect(first.train != other.train)
    #expect(numbers(first.train) != numbers(first.test), "each file has a choice of its own")
  }

  @Test func moreThanThereAreIsRefused() throws {
    #expect(
      throws: DatasetSettingsError.tooManyImages(key: "training-images", found: 301, available: 300)
    ) { try chosen(images(300), images(40), training: 301, test: 40) }
    #expect(
      throws: DatasetSettingsError.tooManyImages(key: "test-images", found: 41, available: 40)
    ) { try chosen(images(300), images(40), training: nil, test: 41) }
  }

  @Test func drawnImagesHaveTheirOwnNumbers() throws {
    for (training, test) in [(nil, nil), (20, 10)] as [(Int?, Int?)] {
      let settings = DatasetSettings(source: .shapes, trainingImages: training, testImages: test)
      guard case .drawn(_, training ?? 8000, test ?? 2000) = try settings.location() else {
        Issue.record("other numbers of drawn images")
        return
      }
    }
  }
}
