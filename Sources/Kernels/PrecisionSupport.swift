import CVectors
import Tensors

/// The kernels were built without instructions for this precision.
public struct UnsupportedPrecision: Error, Equatable, CustomStringConvertible {
  public let precision: Precision

  public init(precision: Precision) {
    self.precision = precision
  }

  public var description: String {
    "precision \(precision) needs a processor with AVX512_BF16, and these kernels were built for one "
      + "without; set train.precision to float32, or build on such a machine, ./pipeline.sh setup"
  }
}

extension Precision {
  /// Whether the kernels were built with instructions for this arithmetic.
  public var isSupported: Bool {
    switch self {
    case .float32: true
    case .bfloat16: kernelHasBFloat16() != 0
    }
  }

  /// - Throws: `UnsupportedPrecision` if the kernels were built without instructions for it. They
  ///   could compute it, but more slowly than float32.
  public func requireSupport() throws(UnsupportedPrecision) {
    guard isSupported else { throw UnsupportedPrecision(precision: self) }
  }
}
