import Datasets
import Foundation
import TestSupport
import Testing

/// Files and folders that are often mistaken for a CIFAR archive or folder: errors name each format
/// and its repair.
@Suite struct ForeignDatasetTests {
  private func refusal(_ url: URL) -> String {
    do {
      _ = try CIFAREdition.read(at: url, of: .cifar10)
      return "accepted"
    } catch {
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
  }

  private static let files: [(String, [UInt8], String)] = [
    ("a zip archive", ZipWriter.archive([.init("data_batch_1.bin", [1])]), "unpack it, and set"),
    ("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], "unpack it, and set"),
    ("a Parquet file", Array("PAR1".utf8) + [0x15, 4], "get cifar-10-python.tar.gz, or save"),
    ("a NumPy array", NumPyWriter.npy("|u1", [1], [1]), "set dataset.source: arrays"),
    (
      "a NumPy archive", NumPyWriter.npz([("a", NumPyWriter.npy("|u1", [1], [1]))]),
      "set dataset.source: arrays"
    ),
    (
      "a pickle, as one file", pythonBatch(batch(records: 1), .python2),
      "set dataset.archive to the folder that holds it"
    ),
    ("a PNG picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "dataset.source: folder"),
    (
      "a Git LFS pointer", Array("version https://git-lfs.github.com/spec/v1\n".utf8),
      "git lfs pull"
    ),
  ]

  @Test(arguments: files.indices) func aFileIsNamed(index: Int) throws {
    let (name, bytes, repair) = Self.files[index]
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "archive")
      try Data(bytes).write(to: file)
      let message = refusal(file)
      #expect(message.contains(": \(name)") && message.contains(repair), "\(message)")
    }
  }

  @Test func aTFRecordIsNamedByItsChecksum() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "cifar10.tfrecord")
      try Data(Self.tfRecord.dropLast() + [0x77]).write(to: file)
      #expect(!refusal(file).contains("TFRecord"))
      try Data(Self.tfRecord).write(to: file)
      #expect(refusal(file).contains("a TFRecord file (TensorFlow's form of data sets)"))
    }
  }

  /// Eight bytes of zeros have the CRC-32C 0x8c28b28a, which TensorFlow rotates and shifts to
  /// 0x7980329.
  private static let tfRecord: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0] + [0x29, 0x03, 0x98, 0x07]

  @Test(arguments: [
    (["train.7z", "test.7z", "trainLabels.csv"], "Kaggle's layout of CIFAR-10", "unpack train.7z"),
    (["train/1.png", "train/2.png"], "Kaggle's layout of CIFAR-10", "a folder for each class"),
    (
      ["plain_text/train-00000-of-00001.parquet"], "a folder of Parquet or Arrow files",
      "get cifar-10-python.tar.gz"
    ),
    (["cifar10-train.tfrecord-00000-of-00001"], "a folder of TFRecord files", "numpy.savez"),
    (["train_images.npy"], "a folder with the array train_images.npy", "dataset.source: arrays"),
    (["cat/a.jpg", "dog/b.JPG"], "a folder with the picture cat/a.jpg", "dataset.source: folder"),
    (
      ["cifar-10-python.tar.gz"], "a folder with the archive cifar-10-python.tar.gz",
      "set dataset.archive to the archive itself"
    ),
    (["cifar10.zip"], "a folder with the archive cifar10.zip", "unpack that first"),
  ])
  func aFolderIsNamed(files: [String], name: String, repair: String) throws {
    try withTemporaryFolder { folder in
      for file in files {
        let url = folder.appending(path: file)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
      }
      let message = refusal(folder)
      #expect(message.contains(": \(name)") && message.contains(repair), "\(message)")
    }
  }

  @Test func anArchiveOfOtherFilesIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "archive")
      var tar = TarBuilder()
      tar.add("cifar10/train/cat/0001.png", [1, 2, 3])
      try tar.ended.write(to: file)
      #expect(refusal(file).contains("a folder with the picture cifar10/train/cat/0001.png"))
    }
  }

  @Test func anEmptyFolderMissesAFile() throws {
    try withTemporaryFolder { folder in
      let message = refusal(folder)
      #expect(
        message.contains(
          "no regular file data_batch_1.bin; CIFAR-10 is data_batch_1.bin to data_batch_5.bin and"
            + " test_batch.bin (in an archive, with batches.meta.txt, in cifar-10-batches-bin/), or"
            + " data_batch_1 to data_batch_5 and test_batch"), "\(message)")
    }
  }
}
