import Foundation

extension Download {
  /// The files of the archive, which is downloaded unless it exists already. An archive that can't be
  /// parsed is not kept.
  ///
  /// - Parameter recordCount: Required number of records per file; that of the official files if nil.
  public func edition(
    of kind: CIFARKind = .cifar10, recordCount: Int? = nil, report: (Event) -> Void
  ) throws -> CIFAREdition {
    try run(
      reading: { file in
        let edition = try CIFAREdition(
          archive: file, of: kind, called: name, recordCount: recordCount)
        // The official archive's digest guarantees that it parses.
        if expected == nil { _ = try edition.parse() }
        return edition
      }, report: report)
  }

  /// The archive's name in errors.
  private var name: String {
    addresses.count == 1 ? addresses[0].text : file.relativePath
  }
}

extension CIFAREdition {
  /// The official files of a data set: from an archive in `folder` or in the caches of torchvision, Keras or
  /// Hugging Face, otherwise downloaded into `folder`.
  ///
  /// - Throws: `DownloadError`, or what reading the archive throws.
  public static func official(
    _ kind: CIFARKind, into folder: URL, report: (Download.Event) -> Void
  ) throws -> CIFAREdition {
    if let archive = LocalArchives(rawFolder: folder).first(of: kind) {
      if archive.deletingLastPathComponent().path != folder.path {
        report(.found(file: archive.relativePath))
      }
      return try CIFAREdition(archive: archive, of: kind)
    }
    let archive = OfficialArchive.all(of: kind)[0]
    return try Download.official(archive, into: folder).edition(of: kind, report: report)
  }
}
