import Figures
import Gnuplot
import Records
import Testing

/// The positions and colours of images in figures.
@Suite struct PictureFiguresTests {
  let figures = PictureFigures(status: RunStatus(data: .official, selectedOnTest: false))

  func pixels(_ figure: Figure) -> [[Int]] {
    guard case .image(let rows) = figure.data else {
      Issue.record("\(figure.name) is no image")
      return []
    }
    return rows
  }

  /// Zero is mid-grey, and each filter's largest weight black or white, whatever the others' scale.
  @Test func filtersAreScaledOneByOne() throws {
    let weights: [Float] =
      [0, 2, -2, 0, 0, 0, 1, 0, 0.001, 0, 0, -0.001] + [Float](repeating: 0, count: 12)
    // Two filters of 2 × 2 with three channels each; the second is all zero.
    let figure = try figures.filters(shape: [2, 3, 2, 2], weights: weights, file: "filters")
    let rows = pixels(figure)
    // Each weight is 12 × 12 pixels, with two white ones around a filter.
    #expect(rows.count == 28 && rows.allSatisfy { $0.count == 56 })
    #expect(rows[0][5] == -1 && rows[5][0] == -1)
    #expect(rows[2][2] == 0x80_8080, "weights 0, 0 and almost 0")
    #expect(rows[2][14] == 0xFF_8080)
    #expect(rows[14][2] == 0x00_BF80)
    #expect(rows[14][14] == 0x80_807F)
    #expect(rows[2][30] == 0x80_8080 && rows[25][53] == 0x80_8080)
    #expect(figure.title == "First-layer filters: 2 of 2 × 2")
  }

  @Test(arguments: [3e36, .greatestFiniteMagnitude] as [Float])
  func largeWeightsAreDrawn(weight: Float) throws {
    let figure = try figures.filters(
      shape: [1, 3, 1, 1], weights: [weight, -weight, 0], file: "filters")
    #expect(pixels(figure)[4][4] == 0xFF_0080)
  }

  @Test(arguments: [
    [16, 3, 3, 3], [64, 3, 11, 11], [10, 3, 32, 32], [1, 3, 1, 1], [130, 3, 5, 3],
  ])
  func filtersOfAnySizeFit(_ shape: [Int]) throws {
    let weights = [Float](repeating: .nan, count: shape.reduce(1, *))
    let figure = try figures.filters(shape: shape, weights: weights, file: "filters")
    #expect((300...1000).contains(figure.width) || shape[0] == 1, "\(figure.width)")
    #expect(figure.height <= 1000, "\(figure.height)")
    #expect(pixels(figure).joined().allSatisfy { $0 == 0x80_8080 || $0 == -1 })
    if shape[0] == 130 { #expect(figure.title.contains("the first 96 of 130")) }
  }

  @Test(arguments: [[16, 1, 3, 3], [16, 27], [0, 3, 3, 3]])
  func otherFiltersAreNamed(_ shape: [Int]) throws {
    let error = try #require(throws: LogError.self) {
      try figures.filters(shape: shape, weights: [], file: "filters.safetensors")
    }
    #expect(
      error.description.hasPrefix("filters.safetensors: filters: expected shape [n, 3, h, w]"))
  }

  /// Images of more than 80 pixels are reduced by a whole factor; a row shows the draws of one
  /// image.
  @Test func aSheetHasARowAnImage() throws {
    let side = 90
    let images = (0..<4).flatMap { image in
      (0..<3).flatMap { _ in
        (0..<side * side).map { UInt8(40 * image + ($0 % side % 2 == 0 ? 1 : 3)) }
      }
    }
    let figure = try figures.augmented(
      images: images, rows: 2, draws: 2, side: side, kinds: "crop flip", file: "augmented")
    let rows = pixels(figure)
    #expect(rows.count == 2 * 47 && rows.allSatisfy { $0.count == 2 * 47 })
    for (image, place) in [(1, 1), (1, 48), (48, 1), (48, 48)].enumerated() {
      #expect(rows[place.0][place.1] == 0x01_0101 * (40 * image + 2), "image \(image)")
    }
    #expect(figure.panels[0].captions.map(\.text).first == "original")
    #expect(figure.title == "Augmentation: crop, flip")
    #expect(throws: LogError.self) {
      try figures.augmented(
        images: [], rows: 0, draws: 3, side: 8, kinds: "crop flip", file: "augmented")
    }
  }

  func mistakes(
    _ count: Int, predicted: [UInt16]? = nil, confidence: [Float]? = nil
  ) throws -> Figure? {
    let labels = (0..<count).map { UInt16($0 % 2) }
    return try figures.mistakes(
      images: (0..<count * 12).map { UInt8(truncatingIfNeeded: $0) }, labels: labels,
      predicted: predicted ?? labels.map { 1 - $0 },
      confidence: confidence ?? (0..<count).map { 0.996 - 0.01 * Float($0) }, side: 2,
      classNames: ["cat", "automobile of a long name"], subject: "9 test images",
      file: "mistakes.safetensors")
  }

  @Test func mistakesSayTruthAnswerAndConfidence() throws {
    let figure = try #require(try mistakes(2))
    #expect(figure.title == "The 2 surest mistakes on 9 test images")
    #expect(
      figure.panels[0].captions.map(\.text)
        == ["cat", "→ automobile… 100 %", "automobile…", "→ cat 99 %"])
    #expect(figure.script.contains("set label 2 'cat' at first "))
    let none = try mistakes(0)
    #expect(none == nil)
    #expect(try mistakes(40)?.panels[0].captions.count == 48)
  }

  @Test func aMistakeOfNoClassIsNamed() throws {
    let error = try #require(throws: LogError.self) { try mistakes(2, predicted: [1, 2]) }
    #expect(
      error.description.hasPrefix("mistakes.safetensors: predicted, image 1: expected 0 to 1"))
  }

  @Test(arguments: [Float.nan, .infinity, -0.5, 1.5, 1e30])
  func aConfidenceThatIsNoShareIsNamed(_ value: Float) throws {
    let error = try #require(throws: LogError.self) { try mistakes(2, confidence: [0.5, value]) }
    #expect(error.description.contains("confidence, image 1: expected 0 to 1, found"))
  }
}
