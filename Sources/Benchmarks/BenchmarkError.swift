import Kernels
import TensorFiles
import Tensors

/// Why nothing can be measured.
public enum BenchmarkError: PrintableError, Equatable {
  /// There is no case of such a network.
  case unknownNetwork(name: String, suggestion: String?)
  /// No network computes in such a precision.
  case unknownPrecision(name: String)
  /// The kernels were built without a precision's instructions.
  case unsupported(Precision)
  /// A word that should be a number, or one out of range.
  case number(option: String, found: String, expected: String)
  /// The loss is no longer finite, so that a time would be that of wrong arithmetic.
  case diverged(network: String)
  /// The process that measured a case has not ended well; what it had to say stands above.
  case failed(network: String, status: Int32)
  /// The process that measured a case was killed.
  case killed(network: String, signal: Int32)
  /// The process that measured a case has printed something else than a result.
  case unreadable(network: String, output: String)

  /// Whether the mistake is a word of the command line.
  public var isUsage: Bool {
    switch self {
    case .unknownNetwork, .unknownPrecision, .unsupported, .number: true
    case .diverged, .failed, .killed, .unreadable: false
    }
  }

  public var message: String {
    switch self {
    case .unknownNetwork(let name, let suggestion):
      "--networks: no network '\(name)'; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "there are \(BenchmarkCase.networks.joined(separator: ", "))")
    case .unknownPrecision(let name):
      "--precision: no precision '\(name)'; there are "
        + Precision.allCases.map(\.rawValue).joined(separator: ", ")
    case .unsupported(let precision):
      "--precision: \(UnsupportedPrecision(precision: precision))"
    case .number(let option, let found, let expected):
      "--\(option) takes \(expected), found '\(found)'"
    case .diverged(let network):
      "the loss of \(network) is no longer finite, so its speed means nothing; "
        + "check the kernels: ./pipeline.sh test --filter Golden"
    case .failed(let network, let status):
      "measuring \(network) has failed (status \(status)); its message stands above"
    case .killed(let network, let signal):
      "measuring \(network) was ended by signal \(signal)"
        + (signal == 9 ? "; where memory ran out, try a smaller --batch" : "")
    case .unreadable(let network, let output):
      "the process that measured \(network) printed '\(output)', expected a line of JSON; "
        + "build anew: ./pipeline.sh setup"
    }
  }
}
