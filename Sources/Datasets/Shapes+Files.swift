import Foundation
import TensorFiles

extension Shapes: DrawnDataset {
  public static let about = "ten shapes and textures"

  public static let facts =
    [
      ["images", "drawn from the seed, the same for the same seed; none is a photograph"],
      [
        "classes",
        "ten shapes and textures, none of which turns into another when it is mirrored, turned or moved",
      ],
      [
        "at random",
        "place, size, lean, colours, background, noise, and now and then a bar in front",
      ],
      [
        "difficulty",
        "much easier than photographs: they show that everything works, not that it works on "
          + "anything real",
      ],
    ]

  /// Draws both files and reads them back from the work folder, so that every run exercises the parser
  /// of CIFAR-10's binary edition.
  public func dataset(training: Int, test: Int, workFolder: URL) throws -> ParsedDataset {
    let folder = workFolder.appendingPathComponent("shapes")
    // None of the five batches may be empty.
    try write(training: max(training, 5), test: test, to: folder)
    var parsed = try CIFAREdition(folder: folder, source: .shapes).parse()
    if parsed.train.count > training { parsed.train = parsed.train.taking(Array(0..<training)) }
    return parsed
  }

  /// Draws both files and writes them in the layout of CIFAR-10's binary edition: five batches of
  /// training images, as equal as they can be, one of test images, and the class names.
  ///
  /// - Parameter folder: Created if it is missing.
  /// - Precondition: at least five training images and one test image.
  public func write(training: Int, test: Int, to folder: URL) throws {
    precondition(training >= 5 && test >= 1, "\(training) training and \(test) test images")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let kind = CIFARKind.cifar10
    let (images, labels) = records(training, of: .train)
    let parts = kind.trainingParts
    for (batch, part) in parts.enumerated() {
      let range = training * batch / parts.count..<training * (batch + 1) / parts.count
      let pixels =
        range.lowerBound * CIFARRecords.pixelsPerImage..<range.upperBound
        * CIFARRecords.pixelsPerImage
      try AtomicFile.write(
        Data(CIFARRecords.batch(images: images[pixels], labels: labels[range])),
        to: folder.appendingPathComponent(kind.file(of: part, .binary)))
    }
    let (testImages, testLabels) = records(test, of: .test)
    try AtomicFile.write(
      Data(CIFARRecords.batch(images: testImages[...], labels: testLabels[...])),
      to: folder.appendingPathComponent(kind.file(of: kind.testPart, .binary)))
    try AtomicFile.write(
      Data(ClassNames.encode(Self.classNames)),
      to: folder.appendingPathComponent(kind.namesFile(.binary, .fine)))
  }
}
