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
          archive: file, of: kind, called: address.text, recordCount: recordCount)
        // The official archive's digest says that it parses.
        if expected == nil { _ = try edition.parse() }
        return edition
      }, report: report)
  }
}
