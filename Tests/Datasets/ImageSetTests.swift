import Datasets
import Foundation
import TensorFiles
import Testing

@Suite struct ImageSetTests {
  static let normalizations: [Normalization] = [
    .perImage, .constants(mean: [0.5, 0.25, 0.1], std: [0.5, 0.4, 0.3]),
  ]

  @Test func aParsedSetReadsBackAsWritten() throws {
    try withTemporaryFolder { folder in
      let set = imageSet(labels: [1, 9, 0])
      try set.write(to: folder.appending(path: "images"))
      #expect(try ImageSet(contentsOf: folder.appending(path: "images")) == set)
    }
  }

  /// An odd side, and more classes than a byte can represent.
  @Test func anySideAndManyClassesReadBackAsWritten() throws {
    try withTemporaryFolder { folder in
      let labels: [UInt16] = [0, 299, 256, 7]
      let set = ImageSet(
        images: (0..<4 * 3 * 17 * 17).map { UInt8(truncatingIfNeeded: $0 * 7) }, labels: labels,
        side: 17, classNames: (0..<300).map(String.init), dataStatus: .generated, source: .shapes)
      #expect(set.pixelsPerImage == 867 && set.classCounts[299] == 1)
      let url = folder.appending(path: "images")
      try set.write(to: url)
      #expect(try ImageSet(contentsOf: url) == set)
      let file = try TensorFile(contentsOf: url)
      #expect(try file.scalars(of: "labels", as: Int32.self) == [0, 299, 256, 7])
      let histogram = ChannelHistogram(of: set)
      #expect(histogram.counts.reduce(0, +) == 4 * 867, "the last of an odd number counts too")
    }
  }

  @Test(arguments: normalizations, [true, false])
  func aSelectionReadsBackAsWritten(normalization: Normalization, selectedOnTest: Bool) throws {
    try withTemporaryFolder { folder in
      let set = imageSet(labels: [1, 9, 0, 4])
      let chosen = set.selecting(
        [3, 1], from: .test, normalization: normalization, selectedOnTest: selectedOnTest)
      #expect(chosen.labels == [4, 9] && chosen.preparation?.indices == [3, 1])
      #expect(Array(chosen.images[..<3_072]) == Array(set.images[(3 * 3_072)...]))
      #expect(Array(chosen.images[3_072...]) == Array(set.images[3_072..<2 * 3_072]))
      let file = folder.appending(path: "images")
      try chosen.write(to: file)
      #expect(try ImageSet(contentsOf: file) == chosen)
      let metadata = try TensorFile(contentsOf: file).metadata
      #expect(metadata["taken_from"] == "test")
      #expect(metadata["selected_on_test"] == String(selectedOnTest))
      #expect(metadata["class_names"]?.hasPrefix("[\"airplane\", \"automobile\"") == true)
    }
  }

  /// Writes a file whose parts are valid but inconsistent.
  private func write(
    labels: [UInt8] = [0, 1], imageShape: [Int] = [2, 3, 32, 32],
    changing changes: [String: String?] = [:], to url: URL
  ) throws {
    var metadata: [String: String?] = [
      "class_names": "[\"a\", \"b\"]", "data_status": "generated", "source": "shapes",
    ]
    metadata.merge(changes) { $1 }
    var writer = TensorFileWriter(schema: "images", metadata: metadata.compactMapValues { $0 })
    writer.add(
      "images", shape: imageShape, [UInt8](repeating: 0, count: imageShape.reduce(1, *)))
    writer.add("labels", shape: [labels.count], labels)
    try writer.write(to: url)
  }

  @Test func aFileOfOtherHandsIsRead() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "images")
      try write(to: file)
      #expect(try ImageSet(contentsOf: file).classNames == ["a", "b"])
      try write(labels: [0, 2], to: file)
      #expect(
        throws: TensorFileError.label(
          file: file.path, tensor: "labels", index: 1, found: 2, classes: 2)
      ) { try ImageSet(contentsOf: file) }
      for shape in [[2, 3, 15, 15], [2, 3, 32, 31], [2, 3, 300, 300], [2, 3072]] {
        try write(imageShape: shape, to: file)
        #expect(throws: DatasetFileError.side(file: file.path, shape: shape)) {
          try ImageSet(contentsOf: file)
        }
      }
      try write(imageShape: [1, 3, 32, 32], to: file)
      #expect(throws: TensorFileError.self) { try ImageSet(contentsOf: file) }
    }
  }

  @Test(
    arguments: [
      ["data_status": "perhaps"], ["data_status": nil], ["source": "web"], ["class_names": "a b"],
      ["class_names": "[]"], ["class_names": "[\"a\\u001b\"]"],
      ["taken_from": "test", "normalization": "none"],
    ] as [[String: String?]])
  func metadataThatMeansNothingIsRefused(changes: [String: String?]) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "images")
      try write(changing: changes, to: file)
      #expect {
        try ImageSet(contentsOf: file)
      } throws: { error in
        guard case .unusableMetadata(_, let key, _, _)? = error as? TensorFileError else {
          return false
        }
        return changes[key] != nil
      }
    }
  }
}
