import Datasets
import Foundation
import Testing

@Suite struct ShapesTests {
  @Test func classesAreBalanced() {
    let labels = Shapes(seed: 1).records(200, of: .train).labels
    for first in stride(from: 0, to: 200, by: 10) {
      #expect(labels[first..<first + 10].sorted() == Array(0..<10))
    }
    #expect(labels[..<10] != labels[10..<20], "the order of classes must not repeat")
    #expect(Shapes.classNames.count == 10 && Set(Shapes.classNames).count == 10)
  }

  @Test(arguments: [1, 13]) func anImageDependsOnItsPlaceAlone(count: Int) {
    let many = Shapes(seed: 4).records(31, of: .train)
    let few = Shapes(seed: 4).records(count, of: .train)
    #expect(few.labels == Array(many.labels[..<count]))
    #expect(few.images == Array(many.images[..<(count * 3_072)]))
  }

  @Test func seedsAndFilesDiffer() {
    let images = Shapes(seed: 4).records(10, of: .train).images
    #expect(Shapes(seed: 5).records(10, of: .train).images != images)
    #expect(Shapes(seed: 4).records(10, of: .test).images != images)
  }

  @Test func noImageIsFlatAndNoneIsRepeated() {
    let (images, labels) = Shapes(seed: 42).records(500, of: .test)
    var seen: Set<[UInt8]> = []
    for image in labels.indices {
      let pixels = Array(images[image * 3_072..<(image + 1) * 3_072])
      #expect(seen.insert(pixels).inserted, "image \(image) is there twice")
      let spread = (pixels.max() ?? 0) - (pixels.min() ?? 0)
      #expect(spread > 40, "image \(image) of class \(labels[image]) shows nothing")
    }
  }

  /// Mean colours contain almost no information about the class: a classifier has to recognise
  /// shapes.
  @Test func colourDoesNotGiveTheClassAway() {
    let (images, labels) = Shapes(seed: 42).records(2_000, of: .train)
    var sums = [Double](repeating: 0, count: 30)
    for (image, label) in labels.enumerated() {
      for channel in 0..<3 {
        let first = image * 3_072 + channel * 1_024
        let sum = images[first..<first + 1_024].reduce(0) { $0 + Int($1) }
        sums[Int(label) * 3 + channel] += Double(sum) / 1_024 / 200
      }
    }
    for channel in 0..<3 {
      let means = (0..<10).map { sums[$0 * 3 + channel] }
      #expect((means.max() ?? 0) - (means.min() ?? 0) < 45, "means of channel \(channel): \(means)")
    }
  }

  @Test(arguments: [(10, 1), (23, 7)]) func filesAreReadBackByTheParser(training: Int, test: Int)
    throws
  {
    try withTemporaryFolder { folder in
      let shapes = Shapes(seed: 6)
      try shapes.write(training: training, test: test, to: folder.appending(path: "new/folder"))
      let read = try CIFAREdition(folder: folder.appending(path: "new/folder"), source: .shapes)
        .parse()
      let drawn = shapes.records(training, of: .train)
      #expect(read.train.images == drawn.images && read.train.labels == drawn.labels)
      #expect(read.test?.images == shapes.records(test, of: .test).images)
      #expect(read.train.classNames == Shapes.classNames)
      #expect(read.train.dataStatus == .generated && read.train.source == .shapes)
    }
  }
}
