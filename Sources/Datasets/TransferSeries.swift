import Foundation

/// The transfers of one file from one address, until it is complete and read.
struct TransferSeries {
  let download: Download
  let address: WebAddress
  /// Whether the address is tried again after it breaks off, and may be slow.
  let isKept: Bool
  let partial: PartialFile

  /// With several addresses, the digest verifies that the parts belong together.
  private var validatorFile: URL? {
    download.addresses.count == 1 ? download.validatorFile : nil
  }

  private var limit: Int { download.expected?.size ?? Download.longestFile }

  /// Downloads and reads the file. A wrong file is not kept.
  ///
  /// - Parameter note: Receives the rate of each transfer, in bytes per second.
  func content<Content>(
    reading read: (URL) throws -> Content, report: (Download.Event) -> Void,
    note: (Double) -> Void
  ) throws -> Content {
    while true {
      let begun = partial.length
      let hasRestarted = try fetch(report: report, note: note)
      do {
        return try checked(reading: read)
      } catch DownloadError.wrongDigest where begun > 0 && !hasRestarted {
        // The earlier part, from another server or day, may have been wrong.
        report(.partDropped)
      }
    }
  }

  private func checked<Content>(reading read: (URL) throws -> Content) throws -> Content {
    guard try download.isAsExpected(download.part) else {
      let beginning = FileBeginning(of: download.part)
      try discard()
      throw DownloadError.wrongDigest(
        address: address.text, expected: download.expected?.digest ?? "",
        beginning: beginning.description)
    }
    do {
      return try read(download.part)
    } catch  where Download.liesInTheBytes(error) {
      let beginning = FileBeginning(of: download.part)
      try discard()
      throw DownloadError.unusable(problem: "\(error)", beginning: beginning.description)
    }
  }

  private func discard() throws {
    try partial.empty()
    try? FileManager.default.removeItem(at: download.validatorFile)
  }

  /// Retries until the file is complete, or until nothing more comes.
  ///
  /// - Returns: Whether the earlier part was dropped.
  private func fetch(report: (Download.Event) -> Void, note: (Double) -> Void) throws -> Bool {
    let delays = isKept ? download.delays : []
    var (fruitless, restarts) = (0, 0)
    while true {
      let start = partial.length
      if start > 0 {
        if start == download.expected?.size { return restarts > 0 }
        report(.resumed(at: start))
      }
      switch try transfer(report: report, note: note) {
      case .complete: return restarts > 0
      case .cannotResume:
        restarts += 1
        guard restarts <= 3 else {
          let problem = "the connection breaks, and the server can't resume there"
          throw DownloadError.failed(address: address.text, problem: problem, kept: 0)
        }
        report(.restarted)
        try discard()
      case .broken(let problem):
        fruitless = partial.length > start ? 1 : fruitless + 1
        guard isKept, fruitless <= delays.count else {
          throw DownloadError.failed(
            address: address.text, problem: problem, kept: partial.length)
        }
        report(.retrying(problem: problem, after: delays[fruitless - 1]))
        Thread.sleep(forTimeInterval: delays[fruitless - 1] / .seconds(1))
      case .tooLong:
        try discard()
        throw DownloadError.tooLong(address: address.text, limit: limit)
      case .refused(let problem):
        throw DownloadError.refused(
          address: address.text, problem: problem, kept: partial.length)
      }
    }
  }

  private func transfer(
    report: (Download.Event) -> Void, note: (Double) -> Void
  ) throws -> Transfer.Outcome {
    let (start, clock) = (partial.length, ContinuousClock())
    let begin = clock.now
    defer {
      let seconds = max((clock.now - begin) / .seconds(1), 0.001)
      if partial.length > start { note(Double(partial.length - start) / seconds) }
    }
    let transfer = Transfer(
      address: address, limit: limit, patience: isKept ? .long : download.shortPatience)
    return try transfer.run(into: partial, validatorFile: validatorFile, report: report)
  }
}
