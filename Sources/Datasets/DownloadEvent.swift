extension Download {
  /// What a caller may want to print.
  public enum Event: Sendable, Equatable {
    /// Bytes that stand on disk, and how many it will be where the server said so.
    case progress(done: Int, total: Int?)
    /// A broken download goes on from this byte.
    case resumed(at: Int)
    /// The server can't go on from there or has another file now: the download starts afresh.
    case restarted
    /// The whole turned out wrong with the part that was there before: the download starts afresh.
    case partDropped
    /// The connection broke; there will be another try.
    case retrying(problem: String, after: Duration)
    /// An address is left for the next one.
    case leaving(address: String, problem: String)
    /// The file is there already, where another program keeps it.
    case found(file: String)
    /// The file that was kept is no longer what was downloaded.
    case discarded
    /// The file that was kept can't be read.
    case unusable(file: String, problem: String)
  }
}

extension Download.Event: CustomStringConvertible {
  public var description: String {
    switch self {
    case .progress(let done, let total):
      "\(done) of \(total.map(String.init) ?? "an unknown number of") bytes"
    case .resumed(let byte): "going on with the download from byte \(byte)"
    case .restarted: "the server does not go on from there: starting afresh"
    case .partDropped: "the part that was there belongs to another file: starting afresh"
    case .retrying(let problem, let pause): "\(problem); trying again in \(pause)"
    case .leaving(let address, let problem): "\(address): \(problem); trying the next address"
    case .found(let file): "\(file) is the official archive: used where it lies, not downloaded"
    case .discarded: "the kept archive is no longer the official one: downloading it again"
    case .unusable(let file, let problem):
      "\(problem): \(file), which was kept, is of no use, and is downloaded again"
    }
  }
}
