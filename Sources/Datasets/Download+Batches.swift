extension Download {
  /// The batches of the archive, which is fetched unless it is there already. An archive that can't be
  /// parsed is not kept.
  ///
  /// - Parameter recordCount: Records that each file has to hold.
  public func batches(
    recordCount: Int = CIFARBatches.officialCount, report: (Event) -> Void
  ) throws -> CIFARBatches {
    try run(
      reading: { file in
        let batches = try CIFARBatches(
          archive: file, called: address.text, recordCount: recordCount)
        // The official archive's digest says that it parses.
        if expected == nil { _ = try batches.parse() }
        return batches
      }, report: report)
  }
}
