import Figures
import Foundation
import Gnuplot
import Records
import TensorFiles
import TestSupport
import Testing

/// Figures of the files that stages write.
@Suite struct FigureFilesTests {
  private let scratch: TemporaryFolder
  private let metadata = DatasetMetadata(classNames: ["cat", "dog"], dataStatus: .unverified)
    .entries

  init() throws { scratch = try TemporaryFolder() }

  private func file(
    _ schema: String, _ fill: (inout TensorFileWriter) -> Void
  ) throws -> TensorFile {
    var writer = TensorFileWriter(schema: schema, metadata: metadata)
    fill(&writer)
    let url = scratch.file("\(schema).safetensors")
    try writer.write(to: url)
    return try TensorFile(contentsOf: url)
  }

  @Test func aHistogramIsTwoFigures() throws {
    let file = try file("histogram") {
      $0.add("class_counts", shape: [2], [Int64(3), 5])
      $0.add("counts", shape: [3, 256], [Int64](repeating: 1, count: 768))
    }
    let figures = try DataFigures(of: file)
    #expect(figures.classNames == ["cat", "dog"])
    let classes = try figures.classes(in: file)
    #expect(classes.title == "Training images of each class, 8 in all — unverified data")
    #expect(classes.dataText == "images,class\n3,cat\n5,dog\n")
    #expect(
      try figures.pixels(in: file).dataText.contains("\n255,0.390625,0.390625,0.390625\n"))
    #expect(throws: TensorFileError.self) {
      try DataFigures(classNames: ["cat"], data: .own).classes(in: file)
    }
  }

  @Test func aConfusionMatrixHasItsClasses() throws {
    let evaluation = EvaluationFigures(try evaluationReport(evaluationText()))
    let matrix = try file("confusion") { $0.add("counts", shape: [2, 2], [Int64(4), 1, 0, 5]) }
    let figure = try evaluation.confusion(in: matrix)
    #expect(figure.dataText.contains("\n1,0,1,20.0,"))
    let other = try file("other") { $0.add("counts", shape: [1, 1], [Int64(4)]) }
    #expect(throws: TensorFileError.self) { try evaluation.confusion(in: other) }
  }

  /// A network may have neither a convolution nor a norm, but it always has a schedule.
  @Test func examplesThatAreNotThereAreLeftOut() throws {
    #expect(throws: LogError.self) { try ExampleFigures.all(inFolder: scratch.url) }
    let plan = RatePlan(epochs: [0, 1], rates: [0.1, 0.2])
    _ = try scratch.file(RatePlan.fileName, holding: Array(plan.text.utf8))
    #expect(try ExampleFigures.all(inFolder: scratch.url).map(\.figure.name) == ["schedule"])
    _ = try scratch.file("example-normalization.safetensors", holding: [1, 2, 3])
    #expect(throws: TensorFileError.self) { try ExampleFigures.all(inFolder: scratch.url) }
  }
}
