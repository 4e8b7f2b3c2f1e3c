import Datasets
import Foundation
import Testing

@Suite struct SplitTests {
  /// 60 images, 6 of each class.
  private let train = imageSet(labels: (0..<60).map { UInt16($0 * 3 % 10) }) { _, _ in 0 }

  /// √(5,000 · 0.1 · 0.9 · 45,000 / 49,999) = 20.125; with all images or none there is no choice.
  @Test func aRandomDrawScattersAsTheHypergeometricDistribution() {
    let deviation = Split.deviation(ofClass: 5_000, among: 50_000, drawn: 5_000)
    #expect(abs(deviation - 20.1248) < 1e-3)
    #expect(Split.deviation(ofClass: 3, among: 9, drawn: 9) == 0)
    #expect(Split.deviation(ofClass: 3, among: 9, drawn: 0) == 0)
    #expect(Split.deviation(ofClass: 1, among: 1, drawn: 1) == 0)
  }

  @Test(arguments: Split.Kind.allCases, [10, 50])
  func everyImageIsTakenOnce(kind: Split.Kind, count: Int) throws {
    let split = try Split(kind, validation: .images(count), seed: 42, of: train, testCount: 7)
    #expect(split.validation.count == count && split.training.count == 60 - count)
    #expect((split.training + split.validation).sorted() == Array(0..<60))
    #expect(
      split.training == split.training.sorted() && split.validation == split.validation.sorted())
    #expect(split.validationSource == .train && !split.selectedOnTest)
  }

  @Test(arguments: [1, 59]) func lastTakesTheLast(count: Int) throws {
    let split = try Split(.last, validation: .images(count), seed: 1, of: train, testCount: 7)
    #expect(split.validation == Array(Int32(60 - count)..<60))
  }

  @Test func randomDependsOnTheSeedAlone() throws {
    func split(_ seed: Int, _ kind: Split.Kind) throws -> Split {
      try Split(kind, validation: .images(20), seed: seed, of: train, testCount: 7)
    }
    for kind in [Split.Kind.random, .stratified] {
      #expect(try split(1, kind) == split(1, kind))
      #expect(try split(1, kind).validation != split(2, kind).validation)
      #expect(try split(1, kind).validation != Array(40..<60))
    }
  }

  @Test(arguments: [10, 30, 50]) func stratifiedClassesAreEqual(count: Int) throws {
    let split = try Split(.stratified, validation: .images(count), seed: 3, of: train, testCount: 7)
    var counts = [Int](repeating: 0, count: 10)
    for index in split.validation { counts[Int(train.labels[Int(index)])] += 1 }
    #expect(counts == [Int](repeating: count / 10, count: 10))
  }

  @Test func classesThatCannotBeEqualAreRefused() {
    #expect(throws: SplitError.unequalClasses(found: 15, classes: 10)) {
      try Split(.stratified, validation: .images(15), seed: 1, of: train, testCount: 7)
    }
    let uneven = imageSet(
      labels: [0, 0, 0] + (1..<10).flatMap { [UInt16]([$0, $0]) } + [1, 1]
    ) {
      _, _ in
      0
    }
    #expect(throws: SplitError.classTooSmall(name: "bird", found: 2, perClass: 2)) {
      try Split(.stratified, validation: .images(20), seed: 1, of: uneven, testCount: 7)
    }
  }

  @Test(arguments: Split.Kind.allCases, [60, 61, 0, -1])
  func impossibleSizesAreRefused(kind: Split.Kind, count: Int) {
    #expect(throws: SplitError.size(found: count, images: 60)) {
      try Split(kind, validation: .images(count), seed: 1, of: train, testCount: 7)
    }
  }

  @Test func testImagesMayValidate() throws {
    let split = try Split(.stratified, validation: .test, seed: 1, of: train, testCount: 7)
    #expect(split.training == Array(0..<60) && split.validation == Array(0..<7))
    #expect(split.validationSource == .test && split.selectedOnTest)
  }

  @Test func samplesAreTrainingImagesOfEachClass() throws {
    let split = try Split(.stratified, validation: .images(20), seed: 5, of: train, testCount: 7)
    let samples = split.samples(of: train, perClass: 3)
    #expect(samples.map { train.labels[Int($0)] } == (0..<10).flatMap { [UInt16]([$0, $0, $0]) })
    #expect(Set(samples).count == 30 && Set(samples).isSubset(of: split.training))
    #expect(split.samples(of: train, perClass: 10).count == 40, "a class has four left")
    #expect(samples == split.samples(of: train, perClass: 3))
  }

  @Test(arguments: [Split.Validation.test, .images(20)])
  func theFileReadsBackAsWritten(validation: Split.Validation) throws {
    try withTemporaryFolder { folder in
      let split = try Split(.random, validation: validation, seed: -9, of: train, testCount: 7)
      try split.write(to: folder.appending(path: "split"))
      #expect(try Split(contentsOf: folder.appending(path: "split")) == split)
    }
  }
}
