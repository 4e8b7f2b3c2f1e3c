import Augmentation
import Datasets
import Foundation
import Loading
import TensorFiles
import TestSupport
import Testing

/// The sheet shows the images of the loader.
@Suite struct AugmentationSheetTests {
  private let images = ImageSet.noise(count: 8)
  private let changes: [Augmentation] = [
    .crop(padding: 4, fill: .zero), .resize,
    .colorJitter(ColorJitter(brightness: 0.2, contrast: 0, saturation: 0.2, hue: 0.1)),
  ]

  @Test(arguments: [32, 11])
  func cellsAreTheLoadersImages(_ side: Int) {
    let sheet = AugmentationSheet(of: images, augmentations: changes, seed: 3, side: side)
    #expect(sheet.rows == 6 && sheet.columns == 12 && sheet.side == side)
    let loader = BatchLoader(
      images, normalization: .constants(mean: [0, 0, 0], std: [1, 1, 1]), augmentations: changes,
      seed: 3, side: side)
    let plane = side * side
    for (row, column) in [(0, 0), (5, 0), (0, 1), (2, 7), (5, 11)] {
      let batch = LoadedBatch(loader, [row], epoch: column == 0 ? nil : column)
      let expected = (0..<3 * plane).map { place in
        UInt8((batch.floats[place % plane * 3 + place / plane] * 255).rounded())
      }
      let first = (row * 12 + column) * 3 * plane
      expectIdentical(
        Array(sheet.pixels[first..<first + 3 * plane]), expected, "row \(row), column \(column)")
    }
  }

  @Test(arguments: [[], [Augmentation.resize]])
  func withoutChangesThereAreNoDraws(_ augmentations: [Augmentation]) {
    let sheet = AugmentationSheet(of: images, augmentations: augmentations, seed: 3, side: 32)
    #expect(sheet.rows == 6 && sheet.columns == 1)
    let isTheImages = sheet.pixels == Array(images.images.prefix(6 * 3_072))
    #expect(isTheImages)
  }

  @Test func aSmallSetHasFewRows() {
    let sheet = AugmentationSheet(
      of: .noise(count: 2), augmentations: changes, seed: 3, side: 16)
    #expect(sheet.rows == 2 && sheet.pixels.count == 2 * 12 * 3 * 16 * 16)
  }

  @Test func theFileSaysWhatItShows() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("augmented.safetensors")
    let sheet = AugmentationSheet(of: images, augmentations: changes, seed: 3, side: 11)
    try sheet.write(to: url)
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema("augmented", version: 1, producedBy: "train")
    let pixels = try file.scalars(of: "images", as: UInt8.self, shape: [6, 12, 3, 11, 11])
    expectIdentical(pixels, sheet.pixels, "images")
    #expect(
      try file.labels("labels", count: 6, classes: 3)
        == Array(images.labels.prefix(6)))
    #expect(file.metadata["class_names"] == #"["class 0", "class 1", "class 2"]"#)
    #expect(file.metadata["data_status"] == "generated")
    #expect(file.metadata["augmentations"] == "crop resize color-jitter")
  }

  /// If images are sorted by class, the sheet also shows classes other than the first.
  @Test func imagesSortedByClassAreShownAtEqualDistances() {
    let noise = ImageSet.noise(count: 12)
    let sorted = ImageSet(
      images: noise.images, labels: (0..<12).map { UInt16($0 / 6) }, side: 32,
      classNames: ["a", "b"], dataStatus: .generated, source: .shapes)
    let sheet = AugmentationSheet(of: sorted, augmentations: [], seed: 1, side: 32, rows: 4)
    let size = sorted.pixelsPerImage
    let expected = [0, 3, 6, 9].flatMap { sorted.images[$0 * size..<($0 + 1) * size] }
    #expect(sheet.pixels == expected)
  }
}
