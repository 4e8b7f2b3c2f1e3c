import TensorFiles

/// What a tensor's values are like, in one glance.
///
/// Sums are in `Double`; the deviation is the population's, from a second pass, so that a large mean
/// does not swallow it. Mean and deviation are those of the finite values.
public struct TensorStatistics: Sendable, Equatable, Encodable {
  /// Number of scalars.
  public let count: Int
  /// Scalars that are not a number; no other figure counts them.
  public let nanCount: Int
  /// Scalars that are plus or minus infinity.
  public let infiniteCount: Int
  /// Nil where no scalar is a number. Integers beyond 2⁵³ are rounded.
  public let minimum: Double?
  public let maximum: Double?
  /// Nil where no scalar is finite.
  public let mean: Double?
  public let standardDeviation: Double?

  private enum CodingKeys: String, CodingKey {
    case count, mean
    case nanCount = "nan"
    case infiniteCount = "infinite"
    case minimum = "min"
    case maximum = "max"
    case standardDeviation = "std"
  }

  public init<Scalar: TensorScalar>(of scalars: UnsafeBufferPointer<Scalar>) {
    var (finiteCount, nanCount) = (0, 0)
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    var sum = 0.0
    for scalar in scalars {
      let value = scalar.doubleValue
      if value < minimum { minimum = value }
      if value > maximum { maximum = value }
      if value.isFinite {
        finiteCount += 1
        sum += value
      } else if value.isNaN {
        nanCount += 1
      }
    }
    let mean = sum / Double(finiteCount)
    var squares = 0.0
    for scalar in scalars {
      let deviation = scalar.doubleValue - mean
      if deviation.isFinite { squares += deviation * deviation }
    }
    let hasNumbers = nanCount < scalars.count
    count = scalars.count
    self.nanCount = nanCount
    infiniteCount = scalars.count - nanCount - finiteCount
    self.minimum = hasNumbers ? minimum : nil
    self.maximum = hasNumbers ? maximum : nil
    self.mean = finiteCount > 0 ? mean : nil
    standardDeviation =
      finiteCount > 0 ? (squares / Double(finiteCount)).squareRoot() : nil
  }

  /// The statistics of a file's tensor; nil for types that are not numbers Swift can read (the 8-bit
  /// floats and the complex ones).
  public init?(of name: String, in file: TensorFile) throws {
    func statistics<Scalar: TensorScalar>(as type: Scalar.Type) throws -> TensorStatistics {
      try file.withScalars(of: name, as: type) { TensorStatistics(of: $0) }
    }
    switch try file.scalarType(of: name) {
    case .bool: self = try statistics(as: StoredBool.self)
    case .uint8: self = try statistics(as: UInt8.self)
    case .int8: self = try statistics(as: Int8.self)
    case .uint16: self = try statistics(as: UInt16.self)
    case .int16: self = try statistics(as: Int16.self)
    case .uint32: self = try statistics(as: UInt32.self)
    case .int32: self = try statistics(as: Int32.self)
    case .uint64: self = try statistics(as: UInt64.self)
    case .int64: self = try statistics(as: Int64.self)
    case .float16: self = try statistics(as: Float16Bits.self)
    case .bfloat16: self = try statistics(as: BFloat16Bits.self)
    case .float32: self = try statistics(as: Float.self)
    case .float64: self = try statistics(as: Double.self)
    case .float8e5m2, .float8e4m3, .float8e5m2fnuz, .float8e4m3fnuz, .float8e8m0, .complex64:
      return nil
    }
  }
}
