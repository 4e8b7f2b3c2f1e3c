import Datasets
import Foundation
import Inspection
import Models
import TensorFiles

extension FuzzReader {
  static let tensorReaders = [tensorFile, artefact]

  /// Any tensor file. Every byte of the data belongs to one tensor; a file written from the parts
  /// is equal when read.
  static let tensorFile = FuzzReader("tensor-file", longest: 4096) { input in
    let url = try input.file("read.safetensors")
    guard let file = try accepted({ try TensorFile(contentsOf: url) }) else { return }
    var size = 8 + file.headerByteCount
    var writer = TensorFileWriter(
      schema: "fuzz",
      metadata: file.metadata.filter { !TensorFile.reservedKeys.contains($0.key) })
    for name in file.names {
      let (type, shape) = try (file.scalarType(of: name), file.shape(of: name))
      try file.withUnsafeBytes(of: name) { bytes in
        size += bytes.count
        writer.add(name, scalarType: type, shape: shape, bytes: bytes)
      }
    }
    try promise(size == input.bytes.count, "\(size) bytes in tensors of \(input.bytes.count)")
    if file.isTessera { _ = try accepted { try file.verifyDigest() } }
    _ = try accepted { try file.requireSchema("images", version: 1, producedBy: "STAGE") }

    let copyURL = input.folder.appendingPathComponent("written.safetensors")
    try writer.write(to: copyURL)
    let copy = try TensorFile(contentsOf: copyURL)
    try copy.requireSchema("fuzz", version: 1, producedBy: "STAGE")
    try promise(Set(copy.names) == Set(file.names), "written again, the names differ")
    for (key, value) in file.metadata where !TensorFile.reservedKeys.contains(key) {
      try promise(copy.metadata[key] == value, "written again, metadata '\(key)' differs")
    }
    for name in file.names {
      let isSame =
        try copy.shape(of: name) == file.shape(of: name)
        && copy.scalarType(of: name) == file.scalarType(of: name)
        && copy.withUnsafeBytes(of: name) { Array($0) }
          == file.withUnsafeBytes(of: name) { Array($0) }
      try promise(isSame, "written again, tensor '\(name)' differs")
    }
  }

  /// The artefacts of the pipeline. The digest in the header is corrected first, as in a hostile
  /// file; otherwise, all changed data would be rejected.
  static let artefact = FuzzReader("artefact", longest: 8192) { input in
    let url = try input.file("read.safetensors")
    guard let unchecked = try? TensorFile(contentsOf: url) else { return }
    var bytes = input.bytes
    if let stated = unchecked.statedDigest, let place = input.text.utf8.firstRange(of: stated.utf8),
      String(validating: bytes[8..<8 + unchecked.headerByteCount], as: UTF8.self) != nil
    {
      let data = bytes[(8 + unchecked.headerByteCount)...]
      let offset = input.text.utf8.distance(from: input.text.startIndex, to: place.lowerBound)
      let digest = Array(ContentDigest.sha256Hex(Data(data)).utf8)
      if bytes[offset..<offset + digest.count].elementsEqual(stated.utf8) {
        bytes.replaceSubrange(offset..<offset + digest.count, with: digest)
      }
    }
    let file = try input.file("sound.safetensors", holding: bytes)
    try readDatasets(file, copy: input.folder.appendingPathComponent("written.safetensors"))
    try readCheckpoint(file)
    _ = try accepted {
      let report = try TensorFileReport(of: TensorFile(contentsOf: file))
      for line in report.lines() {
        try promise(PrintableText.isPrintable(line), "a report prints \(line.debugDescription)")
      }
    }
  }

  private static func readDatasets(_ file: URL, copy: URL) throws {
    if let images = try accepted({ try ImageSet(contentsOf: file) }) {
      try images.write(to: copy)
      try promise(try ImageSet(contentsOf: copy) == images, "images differ, written again")
      try promise(
        images.classCounts.reduce(0, +) == images.count, "the classes hold other images")
    }
    if let split = try accepted({ try Split(contentsOf: file) }) {
      try split.write(to: copy)
      try promise(try Split(contentsOf: copy) == split, "a split differs, written again")
    }
    if let statistics = try accepted({ try ChannelStatistics(contentsOf: file) }) {
      let settings = PreprocessSettings(normalize: .statistics)
      _ = try accepted { try settings.normalization(statistics) }
    }
    if let histogram = try accepted({ try ChannelHistogram(contentsOf: file) }),
      (0..<3).allSatisfy({ histogram.counts[256 * $0..<256 * ($0 + 1)].contains { $0 > 0 } })
    {
      let statistics = ChannelStatistics(of: histogram)
      try promise(
        statistics.mean.allSatisfy { (0...1).contains($0) }, "means of \(statistics.mean)")
    }
  }

  private static func readCheckpoint(_ url: URL) throws {
    _ = try accepted {
      let file = try Checkpoint.open(url)
      let description = try Checkpoint.description(of: file)
      _ = try accepted { try Normalization(metadata: description.normalization, file: url.path) }
    }
  }
}
