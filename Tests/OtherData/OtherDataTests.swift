import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Models
import OtherData
import PictureFolders
import Pictures
import TensorFiles
import TestSupport
import Testing

@Suite struct OtherDataTests {
  private static let classNames = ["ant", "bee", "cat"]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func picture(_ path: String, number: Int) throws {
    let file = folder.url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let bytes = (0..<3 * 40 * 30).map { UInt8(truncatingIfNeeded: $0 * (number + 2)) }
    try PNGFile.write(PixelImage(width: 40, height: 30, bytes: bytes), to: file)
  }

  private func images(at name: String) throws -> OtherImages {
    try OtherImages(
      at: folder.url.appending(path: name), classNames: Self.classNames, side: 16, threads: 2)
  }

  /// Labels refer to the network's classes, some of which the folder lacks.
  @Test func classesAreTheNetworks() throws {
    try picture("own/cat/1.png", number: 1)
    try picture("own/bee/2.png", number: 2)
    try Data("no picture".utf8).write(to: folder.file("own/bee/3.txt"))
    let other = try images(at: "own")
    #expect(other.name == "own" && other.images.classNames == Self.classNames)
    #expect(other.images.labels == [1, 2] && other.images.side == 16)
    #expect(other.problems.count == 1 && other.problems[0].hasPrefix("bee/3.txt: a text"))
  }

  @Test func otherClassesAreRefused() throws {
    try picture("own/dog/1.png", number: 1)
    #expect {
      try images(at: "own")
    } throws: { error in
      guard case .unknownClass(_, .training, "dog", Self.classNames)? = error as? PictureFolderError
      else { return false }
      return true
    }
  }

  @Test func theTestPartIsTaken() throws {
    try picture("own/train/ant/1.png", number: 1)
    try picture("own/test/bee/2.png", number: 2)
    #expect(try images(at: "own").images.labels == [1])
  }

  private func array(_ name: String, _ shape: [Int], _ bytes: [UInt8]) throws {
    try Data(NumPyWriter.npy("|u1", shape, bytes)).write(to: folder.file(name))
  }

  /// Six images with two labels in five severities; the first byte of an image is its severity.
  @Test func corruptionsComeInFiveSeverities() throws {
    let count = 2
    let pixels = (1...5).flatMap { severity in
      [UInt8](repeating: UInt8(severity), count: count * 16 * 16 * 3)
    }
    try array("fog.npy", [5 * count, 16, 16, 3], pixels)
    try array("labels.npy", [5 * count], (0..<5).flatMap { _ in [0, 2] as [UInt8] })
    let files = OtherImages.corruptionFiles(in: folder.url)
    #expect(files.map(\.lastPathComponent) == ["fog.npy"])
    let sets = try OtherImages.severities(at: files[0], classNames: Self.classNames)
    #expect(sets.map { $0.images[0] } == [1, 2, 3, 4, 5])
    #expect(sets.allSatisfy { $0.labels == [0, 2] })
    try array("labels.npy", [5 * count], [0, 2, 0, 2, 0, 2, 0, 2, 2, 0])
    #expect(throws: OtherDataError.self) {
      try OtherImages.severities(at: files[0], classNames: Self.classNames)
    }
  }

  /// Figures and predictions are those of the pipeline's evaluation of the same images.
  @Test func figuresAreThoseOfTheEvaluation() throws {
    for number in 0..<6 {
      try picture("own/\(Self.classNames[number % 3])/\(number).png", number: number)
    }
    let network = try NetworkCatalog.network(named: "linear", side: 16, classes: 3)
    network.initialize(seed: 3)
    let url = folder.file("best.safetensors")
    try Checkpoint.write(
      network,
      CheckpointDescription(
        network: "linear", configuration: network.configuration, inputSide: 16,
        classNames: Self.classNames, epoch: 1, normalization: ["normalization": "per-image"],
        origin: [:]), to: url)
    let pool = WorkerPool(threadCount: 1)
    let evaluation = try OtherEvaluation(checkpoint: url, called: "best", flip: false, on: pool)
    #expect(evaluation.description.inputSide == 16)
    let set = try images(at: "own").images
    let result = try evaluation.evaluate(set, called: "own")
    let expected = try Evaluation(
      "best", Checkpoint.open(url), on: BatchLoader(set, normalization: .perImage), pool: pool)
    #expect(result.report.top1 == expected.figures.top1 && result.report.count == 6)
    #expect(result.report.on == "own" && result.report.dataStatus == .own)
    let written = folder.url.appending(path: "results")
    try result.write(to: written)
    let predictions = try TensorFile(contentsOf: written.appending(path: "predictions.safetensors"))
    #expect(
      try predictions.labels("predicted", count: 6, classes: 3) == expected.predicted)
    #expect(predictions.metadata["on"] == "own")
  }
}
