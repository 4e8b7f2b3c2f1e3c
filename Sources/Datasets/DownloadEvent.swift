extension Download {
  /// Events of a download, for the caller to print.
  public enum Event: Sendable, Equatable {
    /// Bytes on disk, and the total if the server stated it.
    case progress(done: Int, total: Int?)
    /// A broken download resumes at this byte.
    case resumed(at: Int)
    /// The server can't resume there or has another file now: the download starts again.
    case restarted
    /// The file was wrong because of the earlier part: the download starts again.
    case partDropped
    /// The connection broke; there will be another try.
    case retrying(problem: String, after: Duration)
    /// An address is abandoned for the next one.
    case leaving(address: String, problem: String)
    /// The file was found in another program's cache.
    case found(file: String)
    /// The stored file no longer has the bytes that were downloaded.
    case discarded
    /// The stored file can't be read.
    case unusable(file: String, problem: String)
  }
}

extension Download.Event: CustomStringConvertible {
  public var description: String {
    switch self {
    case .progress(let done, let total):
      "\(done) of \(total.map(String.init) ?? "an unknown number of") bytes"
    case .resumed(let byte): "going on with the download from byte \(byte)"
    case .restarted: "the server cannot resume there: starting again"
    case .partDropped: "the part that was there belongs to another file: starting afresh"
    case .retrying(let problem, let pause): "\(problem); trying again in \(pause)"
    case .leaving(let address, let problem): "\(address): \(problem); trying the next address"
    case .found(let file): "\(file) is the official archive: used in place, not downloaded"
    case .discarded: "the kept archive is no longer the official one: downloading it again"
    case .unusable(let file, let problem):
      "\(problem): \(file), which was kept, is of no use, and is downloaded again"
    }
  }
}
