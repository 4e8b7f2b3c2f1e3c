import TensorFiles

/// Errors of a download.
public enum DownloadError: PrintableError, Equatable {
  /// The file can't be written.
  case unwritable(file: String, problem: String)
  /// Another run is fetching the same file.
  case busy(file: String)
  /// No connection, one that broke repeatedly, or an answer that is not a file.
  case failed(address: String, problem: String, kept: Int)
  /// The address has no such file, or the request is refused.
  case refused(address: String, problem: String, kept: Int)
  /// The server sends more than the file's largest size.
  case tooLong(address: String, limit: Int)
  /// An address of an official archive gave other bytes.
  case wrongDigest(address: String, expected: String, beginning: String)
  /// An address gave something other than an archive of the data set. The problem names the address.
  case unusable(problem: String, beginning: String)

  public var message: String {
    switch self {
    case .unwritable(let file, let problem): "\(file): \(problem)"
    case .busy(let file): "\(file): another run is downloading it; wait for that one to end"
    case .failed(let address, let problem, let kept), .refused(let address, let problem, let kept):
      "\(address): \(problem)"
        + (kept > 0
          ? "; \(NumberText.count(kept, "byte")) are kept, and the same command resumes there"
          : "")
        + "; or get the archive elsewhere and set dataset.archive to its path"
    case .tooLong(let address, let limit):
      "\(address): sends more than \(limit) bytes; nothing is kept"
    case .wrongDigest(let address, let expected, let beginning):
      "\(address): not the official archive, whose SHA-256 is \(expected), but \(beginning); nothing is"
        + " kept; try again, or set dataset.archive to a copy"
    case .unusable(let problem, let beginning):
      "\(problem); what came is \(beginning); nothing is kept; check dataset.url, or set"
        + " dataset.archive to a copy"
    }
  }

  /// Whether another address may succeed.
  var concernsTheAddress: Bool {
    switch self {
    case .unwritable, .busy: false
    case .failed, .refused, .tooLong, .wrongDigest, .unusable: true
    }
  }

  /// Whether a retry of the address would fail in the same way.
  var isFinal: Bool {
    switch self {
    case .refused, .tooLong, .wrongDigest, .unusable: true
    case .unwritable, .busy, .failed: false
    }
  }

  /// The problem, without address and repair.
  var reason: String {
    switch self {
    case .unwritable(_, let problem), .failed(_, let problem, _), .refused(_, let problem, _):
      problem
    case .busy: "another run is downloading it"
    case .tooLong(_, let limit): "it sends more than \(limit) bytes"
    case .wrongDigest(_, _, let beginning): "it sends another file, \(beginning)"
    case .unusable(let problem, _): problem
    }
  }
}
