import Datasets
import Foundation
import PictureFolders

/// Labelled images that a trained network has never been shown in any part of its pipeline: pictures in
/// class folders, or arrays.
public struct OtherImages: Sendable {
  /// What to call the set: the file's name, without its ending.
  public let name: String
  /// Files that are no pictures that can be read, `file: reason`.
  public let problems: [String]
  public let images: ImageSet

  /// Reads the set at `url`, whose classes must be among those that the network knows, by name where the
  /// data have names, else by number.
  ///
  /// - Parameters:
  ///   - classNames: The network's classes.
  ///   - side: The network's input, to which pictures are resized as `predict` does it.
  ///   - report: Told now and then how many pictures have been read.
  /// - Throws: `PictureFolderError`, `ArrayDatasetError`, or what the readers of the files throw.
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

  /// Whether `url` is a folder with folders in it, as pictures come; arrays lie in files.
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
  /// Files of images that are corrupted in ways that get worse in five steps, as CIFAR-10-C has them: one
  /// file a kind of corruption, all with the labels of `labels.npy`. Empty for other folders.
  public static func corruptionFiles(in folder: URL) -> [URL] {
    ArrayDataset.filesWithSharedLabels(in: folder)
  }

  /// The images of one such file by severity, from 1: its five equal parts, which repeat the same labels.
  ///
  /// - Throws: `OtherDataError.severities` where there are no five such parts.
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
