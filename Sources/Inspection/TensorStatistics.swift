import TensorFiles

/// Summary statistics of a tensor.
///
/// Sums are in `Double`. The deviation is the population's; it is computed in a second pass to
/// avoid cancellation with a large mean. Mean and deviation are those of the finite values.
public struct TensorStatistics: Sendable, Equatable, Encodable {
  /// Number of scalars.
  public let count: Int
  /// Number of NaNs, which no other figure includes.
  public let nanCount: Int
  /// Number of scalars that are plus or minus infinity.
  public let infiniteCount: Int
  /// Nil if all scalars are NaN. Integers beyond 2⁵³ are rounded.
  public let minimum: Double?
  public let maximum: Double?
  /// Nil if no scalar is finite.
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

  /// The statistics of a file's tensor; nil for types that Swift can't read as numbers (8-bit
  /// floats and complex numbers).
  public init?(of name: String, in file: TensorFile) throws {
    struct Visitor: ScalarVisitor {
      func visit<Scalar: TensorScalar>(
        _ scalars: UnsafeBufferPointer<Scalar>
      ) -> TensorStatistics { TensorStatistics(of: scalars) }
    }
    guard let statistics = try file.visit(name, with: Visitor()) else { return nil }
    self = statistics
  }

  /// A figure as text: whole numbers below 10⁹ in full, others with five significant digits; an en
  /// dash for nil.
  public static func text(of figure: Double?) -> String { figure?.shown ?? "–" }
}
