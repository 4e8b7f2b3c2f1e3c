import Datasets
import Foundation
import PictureFolders

/// Labelled images that are not part of a network's data set: pictures in class folders, or arrays.
public struct OtherImages: Sendable {
  /// The name of the set: that of the file without its extension.
  public let name: String
  /// Files that can't be read as pictures: `file: reason`.
  public let problems: [String]
  public let images: ImageSet

  /// Reads the set at `url`. Its classes must be among those of the network, identified by name if
  /// the data has names, otherwise by index.
  ///
  /// - Parameters:
  ///   - classNames: The network's classes.
  ///   - side: The side of the network's input, to which pictures are resized as by `predict`.
  ///   - report: Called at intervals with the number of pictures read so far.
  /// - Throws: `PictureFolderError`, `ArrayDatasetError`, or errors of the files' readers.
  public init(
    at url: URL, classNames: [String], side: Int, threads: Int,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    name = url.deletingPathExtension().lastPathComponent
    guard Self.holdsClassFolders(url) else {
      problems = []
      images = try ArrayDataset.readSet(at: url, classNames: classNames)
      return
    }
    let read = try PictureFolder(at: url, knowing: classNames)
      .images(side: side, threads: threads, needingEveryClass: false, report: report)
    images = read.dataset.test ?? read.dataset.validation ?? read.dataset.train
    problems = read.unreadable.map { "\($0.path): \($0.reason)" }
  }

  /// Whether `url` is a folder that contains folders, as those of pictures do; arrays are in files.
  private static func holdsClassFolders(_ url: URL) -> Bool {
    let files = FileManager.default
    func isFolder(_ url: URL) -> Bool {
      var isFolder: ObjCBool = false
      return files.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
    let names = (try? files.contentsOfDirectory(atPath: url.path)) ?? []
    return names.contains { !$0.hasPrefix(".") && isFolder(url.appendingPathComponent($0)) }
  }
}

extension OtherImages {
  /// Files of corrupted images as in CIFAR-10-C: one file for each kind of corruption, with five
  /// severities, all with the labels of `labels.npy`. Empty for other folders.
  public static func corruptionFiles(in folder: URL) -> [URL] {
    ArrayDataset.filesWithSharedLabels(in: folder)
  }

  /// The images of such a file by severity, beginning with 1: five equal parts with the same
  /// labels.
  ///
  /// - Throws: `OtherDataError.severities` if there are not five such parts.
  public static func severities(at file: URL, classNames: [String]) throws -> [ImageSet] {
    let images = try ArrayDataset.readSet(at: file, classNames: classNames)
    let count = images.count / 5
    let parts = (0..<5).map { images.labels[$0 * count..<($0 + 1) * count] }
    guard count > 0, images.count.isMultiple(of: 5),
      parts.allSatisfy({ $0.elementsEqual(parts[0]) })
    else { throw OtherDataError.severities(file: file.relativePath, images: images.count) }
    return (0..<5).map { images.taking(Array($0 * count..<($0 + 1) * count)) }
  }
}
