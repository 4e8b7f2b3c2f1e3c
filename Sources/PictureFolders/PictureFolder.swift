import Datasets
import Foundation
import TensorFiles

/// A folder of labelled pictures: one folder for each class, directly or in `train`, `val` and
/// `test`.
///
///     pictures/cat/1.jpg            pictures/train/cat/1.jpg
///     pictures/dog/a/2.png          pictures/test/dog/2.png
///
/// The names of class folders are the class names, in natural order: `2` before `10`. Pictures in
/// folders below a class folder belong to the class. Hidden files are skipped, and links are
/// followed.
public struct PictureFolder: Sendable {
  /// A file that should hold a picture.
  public struct Entry: Sendable, Equatable {
    /// Relative to the folder.
    public let path: String
    /// An index into `classNames`.
    public let label: Int
    let url: URL
  }

  public let url: URL
  public let classNames: [String]
  /// The files of each part, class by class in natural order of their paths. Parts that the folder
  /// does not have are absent.
  public let entries: [DataPart: [Entry]]

  /// Lists the files without opening them.
  ///
  /// - Parameter known: The allowed classes, some of which the folder may lack; if nil, the classes
  ///   are those of the folder.
  /// - Throws: `PictureFolderError` if the folder has another layout or other classes.
  public init(at url: URL, knowing known: [String]? = nil) throws {
    let files: [FolderWalk.File]
    do {
      files = try FolderWalk.files(below: url)
    } catch {
      throw PictureFolderError.unreadable(folder: url.relativePath)
    }
    let paths = files.map { (parts: $0.path.split(separator: "/").map(String.init), file: $0) }
    let folders = Set(paths.filter { $0.parts.count > 1 }.map { $0.parts[0] })
    let parts = try Self.parts(among: folders, of: url)
    var members: [DataPart: [String: [FolderWalk.File]]] = [:]
    for (path, file) in paths {
      let depth = parts.isEmpty ? 0 : 1
      // A file next to the class folders, such as a list of labels, belongs to no class.
      guard path.count > depth + 1 else { continue }
      guard let part = parts.isEmpty ? .training : parts[path[0]] else { continue }
      members[part, default: [:]][path[depth], default: []].append(file)
    }
    let names = known ?? (members[.training] ?? [:]).keys.sorted(by: NaturalOrder.precedes)
    if known == nil || members.isEmpty {
      try Self.check(
        members.isEmpty ? [] : names, of: url, hasOnlyFiles: folders.isEmpty && !files.isEmpty)
    }
    for (part, classes) in members {
      if let stranger = classes.keys.sorted().first(where: { !names.contains($0) }) {
        throw PictureFolderError.unknownClass(
          folder: url.relativePath, part: part, name: stranger, classes: names)
      }
    }
    self.url = url
    classNames = names
    entries = members.mapValues { classes in
      names.enumerated().flatMap { label, name in
        (classes[name] ?? []).sorted { NaturalOrder.precedes($0.path, $1.path) }.map {
          Entry(path: $0.path, label: label, url: $0.url)
        }
      }
    }
  }

  /// The parts to which folders of these names belong; empty if the folders are classes.
  private static func parts(
    among folders: Set<String>, of url: URL
  ) throws(PictureFolderError) -> [String: DataPart] {
    let words: [String: DataPart] = [
      "train": .training, "training": .training, "val": .validation, "valid": .validation,
      "validation": .validation, "test": .test, "testing": .test,
    ]
    var parts: [String: DataPart] = [:]
    for folder in folders.sorted() {
      guard let part = words[folder.lowercased()] else { continue }
      if let other = parts.first(where: { $0.value == part })?.key {
        throw .twoFolders(folder: url.relativePath, part: part, names: [other, folder])
      }
      parts[folder] = part
    }
    guard !parts.isEmpty else { return [:] }
    guard parts.values.contains(.training) else {
      throw .noTraining(folder: url.relativePath, found: parts.keys.sorted())
    }
    if let stranger = folders.subtracting(parts.keys).min() {
      throw .mixedLayout(
        folder: url.relativePath, parts: parts.keys.sorted(), other: stranger)
    }
    return parts
  }

  private static func check(
    _ names: [String], of url: URL, hasOnlyFiles: Bool
  ) throws(PictureFolderError) {
    guard (2...ImageSet.mostClasses).contains(names.count) else {
      throw .classCount(
        folder: url.relativePath, found: names, hasOnlyFiles: hasOnlyFiles)
    }
    if let name = names.first(where: { !PrintableText.isPrintable($0) || $0.count > 100 }) {
      throw .className(folder: url.relativePath, name: name)
    }
  }
}
