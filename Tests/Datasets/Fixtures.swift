import Datasets
import Foundation
import Tensors

/// Runs `body` with an empty folder that is removed afterwards.
@discardableResult
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("datasets-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// A batch of `records` records, in which neighbouring bytes differ.
func batch(records: Int, salt: Int = 0, label: (Int) -> UInt8 = { UInt8($0 % 10) }) -> [UInt8] {
  (0..<records).flatMap { record in
    [label(record)] + (0..<3_072).map { UInt8(truncatingIfNeeded: $0 * 7 + record * 31 + salt) }
  }
}

/// The names of CIFAR-10's files, without the extension of the binary edition.
let cifar10Parts = (1...5).map { "data_batch_\($0)" } + ["test_batch"]

/// The files of a small data set in CIFAR-10's layout, by name.
func batchFiles(records: Int) -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for (salt, part) in cifar10Parts.enumerated() {
    files[part + ".bin"] = batch(records: records, salt: salt)
  }
  files["batches.meta.txt"] = Array("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n".utf8)
  return files
}

/// Images with the given labels and the pixels `pixel(image, offset)`.
func imageSet(
  labels: [ClassLabel], pixel: (Int, Int) -> UInt8 = { UInt8(truncatingIfNeeded: $0 * 13 + $1 * 5) }
) -> ImageSet {
  let images = labels.indices.flatMap { image in (0..<3_072).map { pixel(image, $0) } }
  return ImageSet(
    images: images, labels: labels, side: 32, classNames: ClassNames.cifar10,
    dataStatus: .unverified,
    source: .cifar10)
}

/// Runs a program on `input` and returns its output.
func run(_ program: String, _ arguments: [String], input: Data = Data()) throws -> Data {
  try withTemporaryFolder { folder in
    let file = folder.appendingPathComponent("input")
    try input.write(to: file)
    let process = Process()
    // A file, not a pipe: programs started by other tests meanwhile would inherit the pipe and keep
    // it open.
    let output = folder.appending(path: "output")
    try Data().write(to: output)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    return try Data(contentsOf: output)
  }
}

/// Builds tar archives, which can have single errors.
struct TarBuilder {
  private(set) var bytes: [UInt8] = []

  /// Adds a member of any type. `size` is the size in the header.
  mutating func add(
    _ name: String, type: Character = "0", _ content: [UInt8] = [], size: Int? = nil
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(String(name.prefix(100)), at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(size ?? content.count, digits: 11), at: 124)
    put("        ", at: 148)
    put(String(type), at: 156)
    put("../../outside", at: 157)
    put("ustar\u{0}00", at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with the final blocks of zeros.
  var ended: Data { Data(bytes + [UInt8](repeating: 0, count: 1_024)) }
}

/// An archive of a small data set, with an additional member that is not needed.
func archive(records: Int, prefix: String = "cifar-10-batches-bin/", leavingOut: String? = nil)
  -> TarBuilder
{
  var tar = TarBuilder()
  tar.add(prefix, type: "5")
  // In descending order, which is not the order of parsing.
  for (file, content) in batchFiles(records: records).sorted(by: { $0.key > $1.key })
  where file != leavingOut {
    tar.add(prefix + file, content)
  }
  tar.add(prefix + "readme.html", Array("<html>".utf8))
  return tar
}
