import Foundation
import TensorFiles

/// A file or folder that was named as a data set but has another format: its name, and
/// how to convert it.
struct ForeignDataset: Equatable {
  /// With an article: "a zip archive".
  let name: String
  let repair: String

  private init(_ name: String, _ repair: String) { (self.name, self.repair) = (name, repair) }

  private static let otherEdition =
    "get cifar-10-python.tar.gz, or save the arrays by numpy.savez and set dataset.source: arrays"
  private static let arrays = "set dataset.source: arrays"
  private static let parquet = ForeignDataset(
    "a Parquet file (as Hugging Face has data sets)", otherEdition)
  private static let records = ForeignDataset(
    "a TFRecord file (TensorFlow's form of data sets)", otherEdition)
  private static let kaggle = ForeignDataset(
    "Kaggle's layout of CIFAR-10 (numbered pictures and a CSV of labels)",
    "get cifar-10-python.tar.gz, or unpack train.7z, sort the pictures into a folder for each class and"
      + " set dataset.source: folder")

  /// Identifies a file by its first bytes; nil if it has no known format.
  init?(firstBytes bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes.prefix(ForeignFormat.prefixLength))
    if bytes.starts(with: "PAR1".utf8) {
      self = Self.parquet
      return
    }
    if Self.isTFRecord(bytes) {
      self = Self.records
      return
    }
    guard let format = ForeignFormat(firstBytes: bytes) else { return nil }
    switch format {
    case .zip, .sevenZip:
      self.init(format.name, "unpack it, and set dataset.archive to the folder")
    case .npy, .npz, .safetensors: self.init(format.name, Self.arrays)
    case .pickle:
      self.init(
        "a pickle, as one file of CIFAR's Python edition is",
        "set dataset.archive to the folder that holds it")
    case .pyTorchZip, .hdf5, .gguf:
      self.init(format.name, "save the arrays by numpy.savez and set dataset.source: arrays")
    case .png, .jpeg, .jpeg2000, .jpegXL, .gif, .webP, .heic, .avif, .tiff, .bmp:
      self.init(
        format.name, "set dataset.source: folder and dataset.archive to a folder of such pictures")
    case .gitLFSPointer: self.init(format.name, format.repair ?? "")
    case .gzip, .xz, .bzip2, .zstandard, .lzip, .tar, .html, .svg, .pdf, .video, .json, .xml, .text:
      return nil
    }
  }

  /// Identifies a folder or an archive by its names; nil if it has no known format.
  ///
  /// - Parameter names: Relative paths.
  init?(names: [String]) {
    func hasSuffix(_ suffixes: String...) -> String? {
      names.first { name in suffixes.contains { name.lowercased().hasSuffix($0) } }
    }
    func shown(_ name: String) -> String { PrintableText.escaped(name, limit: 60) }
    let last = Set(names.map { $0.split(separator: "/").last.map(String.init) ?? $0 })
    if !last.isDisjoint(with: ["train.7z", "trainLabels.csv"]) || names.contains("train/1.png") {
      self = Self.kaggle
    } else if let archive = OfficialArchive.all.first(where: { names.contains($0.fileName) }) {
      self.init(
        "a folder with the archive \(archive.fileName)", "set dataset.archive to the archive itself"
      )
    } else if names.contains(where: { $0.contains(".tfrecord") }) {
      self.init("a folder of TFRecord files", Self.otherEdition)
    } else if hasSuffix(".parquet", ".arrow") != nil {
      self.init(
        "a folder of Parquet or Arrow files (as Hugging Face has data sets)", Self.otherEdition)
    } else if let array = hasSuffix(".npy", ".npz", ".safetensors") {
      self.init("a folder with the array \(shown(array))", Self.arrays)
    } else if let picture = hasSuffix(".png", ".jpg", ".jpeg") {
      self.init("a folder with the picture \(shown(picture))", "set dataset.source: folder")
    } else if let archive = hasSuffix(".zip", ".7z") {
      self.init("a folder with the archive \(shown(archive))", "unpack that first")
    } else {
      return nil
    }
  }

  /// Names in a folder and one level below, as relative paths, with a trailing slash for folders; only as
  /// many as needed to identify a format.
  static func names(inFolder url: URL) -> [String] {
    let most = 1_000
    var names: [String] = []
    let manager = FileManager.default
    for name in ((try? manager.contentsOfDirectory(atPath: url.path)) ?? []).sorted().prefix(most) {
      let path = url.appendingPathComponent(name).path
      guard let below = try? manager.contentsOfDirectory(atPath: path) else {
        names.append(name)
        continue
      }
      names.append(name + "/")
      // The first picture of Kaggle's is found by its name, among any number.
      names += below.filter { $0 == "1.png" }.map { "\(name)/\($0)" }
      names += below.prefix(20).map { "\(name)/\($0)" }
      guard names.count < most else { break }
    }
    return names
  }

  /// A record begins with its length (8 bytes) and a checksum of the length.
  ///
  /// Source: TensorFlow, "TFRecord and tf.train.Example", the format's description.
  private static func isTFRecord(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 12 else { return false }
    let stated = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    var sum = UInt32.max
    for byte in bytes[..<8] {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }
    sum = ~sum
    return stated == (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
