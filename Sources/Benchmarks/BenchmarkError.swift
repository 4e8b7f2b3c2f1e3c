import Kernels
import TensorFiles
import Tensors

/// Why a benchmark can't run or has failed.
public enum BenchmarkError: PrintableError, Equatable {
  /// There is no case for such a network.
  case unknownNetwork(name: String, suggestion: String?)
  /// The precision is unknown.
  case unknownPrecision(name: String)
  /// The kernels were built without the instructions of a precision.
  case unsupported(Precision)
  /// An option value that isn't a number or is out of range.
  case number(option: String, found: String, expected: String)
  /// The loss is no longer finite, so the measured time would be meaningless.
  case diverged(network: String)
  /// The process that measured a case failed; its own message was printed before.
  case failed(network: String, status: Int32)
  /// The process that measured a case was killed.
  case killed(network: String, signal: Int32)
  /// The process that measured a case printed something other than a result.
  case unreadable(network: String, output: String)

  /// Whether the error is in the command line.
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
      "measuring \(network) has failed (status \(status)); its message is above"
    case .killed(let network, let signal):
      "measuring \(network) was ended by signal \(signal)"
        + (signal == 9 ? "; where memory ran out, try a smaller --batch" : "")
    case .unreadable(let network, let output):
      "the process that measured \(network) printed '\(output)', expected a line of JSON; "
        + "build again: ./pipeline.sh setup"
    }
  }
}
