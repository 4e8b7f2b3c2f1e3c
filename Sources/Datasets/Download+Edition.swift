import Foundation

extension Download {
  /// The files of the archive, which is fetched unless it is there already. An archive that can't be
  /// parsed is not kept.
  ///
  /// - Parameter recordCount: Records that each file has to hold; those of the official files where nil.
  public func edition(
    of kind: CIFARKind = .cifar10, recordCount: Int? = nil, report: (Event) -> Void
  ) throws -> CIFAREdition {
    try run(
      reading: { file in
        let edition = try CIFAREdition(
          archive: file, of: kind, called: name, recordCount: recordCount)
        // The official archive's digest says that it parses.
        if expected == nil { _ = try edition.parse() }
        return edition
      }, report: report)
  }

  /// What errors call the archive.
  private var name: String {
    addresses.count == 1 ? addresses[0].text : file.relativePath
  }
}

extension CIFAREdition {
  /// The official files of a data set: from an archive in `folder`, or where torchvision, Keras or
  /// Hugging Face keep one, else downloaded into `folder`.
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
