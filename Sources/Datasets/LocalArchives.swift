import Foundation

/// Official archives that other programs have downloaded to this machine.
///
/// A file counts if its size and its digest are an official archive's, under any name. Nothing
/// is written to or copied from the folders of other programs.
///
/// - torchvision puts the archive into the folder that the caller names, `./data` in its examples.
/// - Keras keeps `NAME.tar.gz` (version 2) or `NAME-target_archive` (version 3) in
///   `$KERAS_HOME/datasets`, `~/.keras/datasets` where that is not set.
/// - Hugging Face's `datasets` keeps downloads under digests of their addresses in
///   `$HF_DATASETS_DOWNLOADED_DATASETS_PATH`, `$HF_DATASETS_CACHE/downloads`,
///   `$HF_HOME/datasets/downloads` or `~/.cache/huggingface/datasets/downloads`. Its newer
///   copies are Parquet files, which are not these.
public struct LocalArchives {
  /// Where to look, in this order.
  let folders: [URL]

  /// Most files examined in one folder.
  private static let mostFiles = 10_000

  /// - Parameters:
  ///   - rawFolder: The folder of this program's own downloads.
  ///   - workingFolder: The folder relative to which `./data` is resolved.
  public init(
    rawFolder: URL,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    workingFolder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) {
    let home = URL(
      fileURLWithPath: environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path)
    func folder(_ variable: String, else standard: URL) -> URL {
      environment[variable].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) } ?? standard
    }
    let keras = folder("KERAS_HOME", else: home.appendingPathComponent(".keras"))
    let cache = folder("XDG_CACHE_HOME", else: home.appendingPathComponent(".cache"))
    let huggingFace = folder("HF_HOME", else: cache.appendingPathComponent("huggingface"))
    let datasets = folder(
      "HF_DATASETS_CACHE", else: huggingFace.appendingPathComponent("datasets"))
    let downloads = folder(
      "HF_DATASETS_DOWNLOADED_DATASETS_PATH", else: datasets.appendingPathComponent("downloads"))
    folders = [
      rawFolder, workingFolder.appendingPathComponent("data"),
      keras.appendingPathComponent("datasets"), downloads,
    ]
  }

  /// The first official archive of a data set; of two in one folder, the one that would be downloaded.
  public func first(of kind: CIFARKind) -> URL? { first(of: OfficialArchive.all(of: kind)) }

  package func first(of archives: [OfficialArchive]) -> URL? {
    for folder in folders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let files = names.sorted().prefix(Self.mostFiles).map { folder.appendingPathComponent($0) }
      for archive in archives {
        if let file = files.first(where: { Self.isArchive($0, archive) }) { return file }
      }
    }
    return nil
  }

  /// Whether a file is the archive, by its size and, if that matches, its digest.
  private static func isArchive(_ file: URL, _ archive: OfficialArchive) -> Bool {
    guard let attributes = try? ArchiveFile.attributes(of: file),
      attributes[.type] as? FileAttributeType == .typeRegular,
      (attributes[.size] as? NSNumber)?.intValue == archive.size
    else { return false }
    return (try? ArchiveFile(file).digest) == archive.digest
  }
}
