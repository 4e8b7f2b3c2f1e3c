import Datasets
import TestSupport

/// The file of CIFAR-10's Python edition with the content of a file of the binary edition.
func pythonBatch(_ binary: [UInt8], _ dialect: PickleWriter.Dialect) -> [UInt8] {
  let records = stride(from: 0, to: binary.count, by: 3_073).map { binary[$0..<$0 + 3_073] }
  return PickleWriter.pickle(
    .dictionary([
      ("batch_label", .text("training batch 1 of 5")),
      ("labels", .integers(records.map { Int($0.first!) })),
      (
        "data",
        .array("|u1", shape: [records.count, 3_072], records.flatMap { $0.dropFirst() })
      ),
      ("filenames", .texts(records.indices.map { "picture_s_\($0).png" })),
    ]), dialect)
}

/// The files of CIFAR-10's Python edition with the content of `batchFiles(records:)`.
func pythonFiles(records: Int, _ dialect: PickleWriter.Dialect) -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for (file, content) in batchFiles(records: records) where file.hasSuffix(".bin") {
    files[String(file.dropLast(4))] = pythonBatch(content, dialect)
  }
  files["batches.meta"] = PickleWriter.pickle(
    .dictionary([
      ("num_cases_per_batch", .integer(records)),
      ("label_names", .texts("abcdefghij".map(String.init))),
      ("num_vis", .integer(3_072)),
    ]), dialect)
  return files
}

/// Records of CIFAR-100's binary edition.
func batch100(records: Int, salt: Int = 0) -> [UInt8] {
  (0..<records).flatMap { (record: Int) -> [UInt8] in
    let pixels = (0..<3_072).map { UInt8(truncatingIfNeeded: $0 * 5 + record * 29 + salt) }
    return [UInt8(record % 20), UInt8((record * 7 + salt) % 100)] + pixels
  }
}

/// The files of a small CIFAR-100 in the binary edition.
func binaryFiles100(records: Int) -> [String: [UInt8]] {
  [
    "train.bin": batch100(records: records), "test.bin": batch100(records: records, salt: 3),
    "fine_label_names.txt": ClassNames.encode(ClassNames.cifar100),
    "coarse_label_names.txt": ClassNames.encode(ClassNames.cifar100Coarse),
  ]
}

/// The same data set in the Python edition.
func pythonFiles100(records: Int, _ dialect: PickleWriter.Dialect) -> [String: [UInt8]] {
  func pickle(_ binary: [UInt8]) -> [UInt8] {
    let records = stride(from: 0, to: binary.count, by: 3_074).map {
      Array(binary[$0..<$0 + 3_074])
    }
    return PickleWriter.pickle(
      .dictionary([
        ("filenames", .texts(records.indices.map { "picture_s_\($0).png" })),
        ("batch_label", .text("training batch 1 of 1")),
        ("fine_labels", .integers(records.map { Int($0[1]) })),
        ("coarse_labels", .integers(records.map { Int($0[0]) })),
        (
          "data", .array("|u1", shape: [records.count, 3_072], records.flatMap { $0.dropFirst(2) })
        ),
      ]), dialect)
  }
  return [
    "train": pickle(batch100(records: records)),
    "test": pickle(batch100(records: records, salt: 3)),
    "meta": PickleWriter.pickle(
      .dictionary([
        ("fine_label_names", .texts(ClassNames.cifar100)),
        ("coarse_label_names", .texts(ClassNames.cifar100Coarse)),
      ]), dialect),
  ]
}

/// An archive of files in a folder.
func archive(of files: [String: [UInt8]], in folder: String) -> TarBuilder {
  var tar = TarBuilder()
  for (file, content) in files.sorted(by: { $0.key < $1.key }) {
    tar.add("\(folder)/\(file)", content)
  }
  return tar
}
