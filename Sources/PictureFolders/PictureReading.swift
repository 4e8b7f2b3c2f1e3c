import Datasets
import Dispatch
import Foundation
import Pictures
import Synchronization
import TensorFiles
import Tensors

/// The pictures of a folder as square images of the same side.
public struct FolderImages: Sendable {
  /// The images of each part in the order of its files; parts that the folder does not have are
  /// absent.
  public let dataset: ParsedDataset
  /// The file of each image, by part.
  public let files: [DataPart: [String]]
  /// Files that are not pictures, or are damaged, in the order in which they were listed.
  public let unreadable: [Unreadable]

  /// A file that can't be read as a picture.
  public struct Unreadable: Sendable, Equatable {
    /// Relative to the folder.
    public let path: String
    public let className: String
    public let part: DataPart
    /// The reason, without the path.
    public let reason: String
  }
}

extension PictureFolder {
  /// Reads the middle square of every picture, resized with antialiasing (`CentredSquare`).
  ///
  /// Files that can't be read are left out and listed. The result does not depend on `threads`.
  ///
  /// - Parameters:
  ///   - side: Width and height of an image.
  ///   - needsEveryClass: Whether every class must have a training picture.
  ///   - report: Called at intervals, on the calling thread, with the number of files read so far.
  /// - Throws: `PictureFolderError` if a part, or a training class, has no readable pictures, or
  ///   the images don't fit into memory.
  public func images(
    side: Int, threads: Int, needingEveryClass needsEveryClass: Bool = true,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(PictureFolderError) -> FolderImages {
    let total = entries.values.reduce(0) { $0 + $1.count }
    try requireMemory(for: total, side: side)
    var done = 0
    var sets: [DataPart: ImageSet] = [:]
    var files: [DataPart: [String]] = [:]
    var unreadable: [FolderImages.Unreadable] = []
    for part in DataPart.allCases {
      guard let entries = entries[part] else { continue }
      let squares = Squares(count: entries.count, side: side)
      for first in stride(from: 0, to: entries.count, by: Self.chunk) {
        squares.read(entries, first..<min(first + Self.chunk, entries.count), threads: threads)
        done += min(Self.chunk, entries.count - first)
        report(done, total)
      }
      let readable = entries.indices.filter { squares.problems[$0] == nil }
      for index in entries.indices {
        guard let reason = squares.problems[index] else { continue }
        unreadable.append(
          .init(
            path: entries[index].path, className: classNames[entries[index].label], part: part,
            reason: reason))
      }
      guard !readable.isEmpty else {
        throw .noPictures(
          folder: url.relativePath, part: part, files: entries.count,
          first: unreadable.last.map { "\($0.path): \($0.reason)" })
      }
      let labels = readable.map { ClassLabel(entries[$0].label) }
      if part == .training, needsEveryClass { try requireEveryClass(labels, among: entries) }
      sets[part] = ImageSet(
        images: squares.pixels(of: readable), labels: labels, side: side, classNames: classNames,
        dataStatus: .own, source: .folder)
      files[part] = readable.map { entries[$0].path }
    }
    guard let train = sets[.training] else {
      throw .noTraining(folder: url.relativePath, found: [])
    }
    return FolderImages(
      dataset: ParsedDataset(train: train, validation: sets[.validation], test: sets[.test]),
      files: files, unreadable: unreadable)
  }

  /// Throws if the pixels of all images and a copy of them don't fit into memory.
  private func requireMemory(for count: Int, side: Int) throws(PictureFolderError) {
    let (byteCount, overflow) = count.multipliedReportingOverflow(
      by: 2 * ImageSet.channels * side * side)
    guard !overflow, MemoryProbe.hasRoom(for: byteCount) else {
      throw .noMemory(folder: url.relativePath, files: count, side: side)
    }
  }

  /// Number of files between two reports.
  private static let chunk = 200

  private func requireEveryClass(
    _ labels: [ClassLabel], among entries: [Entry]
  ) throws(PictureFolderError) {
    let present = Set(labels)
    for label in classNames.indices where !present.contains(ClassLabel(label)) {
      throw .emptyClass(
        folder: url.relativePath, name: classNames[label],
        files: entries.count { $0.label == label })
    }
  }
}

/// The squares of some files. Several threads fill them, each at different positions.
private final class Squares: @unchecked Sendable {
  private let side: Int
  private let size: Int
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  /// The reasons why files can't be read, by their indices.
  private(set) var problems: [Int: String] = [:]

  init(count: Int, side: Int) {
    self.side = side
    size = ImageSet.channels * side * side
    bytes = .allocate(capacity: count * size)
  }

  deinit { bytes.deallocate() }

  func read(_ entries: [PictureFolder.Entry], _ range: Range<Int>, threads: Int) {
    let next = Atomic(range.lowerBound)
    let found = Mutex<[Int: String]>([:])
    DispatchQueue.concurrentPerform(iterations: max(threads, 1)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < range.upperBound else { return }
        do throws(PictureError) {
          let picture = try Picture(contentsOf: entries[index].url, called: "")
          guard picture.pixels.width > 0, picture.pixels.height > 0 else {
            found.withLock { $0[index] = "a picture without pixels" }
            continue
          }
          let square = CentredSquare.pixels(of: picture, side: side)
          _ = UnsafeMutableBufferPointer(rebasing: bytes[index * size..<(index + 1) * size])
            .initialize(from: square)
        } catch {
          found.withLock { $0[index] = Self.reason(error) }
        }
      }
    }
    problems.merge(found.withLock { $0 }) { $1 }
  }

  /// The text of an error without the name of the file, which is empty here.
  private static func reason(_ error: PictureError) -> String {
    let text = "\(error)"
    return text.hasPrefix(": ") ? String(text.dropFirst(2)) : text
  }

  /// The pixels of some images, one image after another.
  func pixels(of indices: [Int]) -> [UInt8] {
    if indices.count * size == bytes.count { return Array(bytes) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(indices.count * size)
    for index in indices { pixels += bytes[index * size..<(index + 1) * size] }
    return pixels
  }
}
