import Foundation

extension EvaluationReport {
  /// The largest size of a file that is read, in bytes: enough for a thousand classes with long
  /// names.
  private static let byteLimit = 1 << 24

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws(LogError) {
    try self.init(
      parsing: LogFile.text(contentsOf: url, limit: Self.byteLimit), file: url.lastPathComponent)
  }

  /// Reads the file's text.
  ///
  /// - Parameter file: The file's name, for the errors.
  public init(parsing text: String, file: String) throws(LogError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    } catch let error as DecodingError {
      let (place, problem) = Self.placeAndProblem(of: error)
      throw .structure(file: file, place: place, problem: problem)
    } catch {
      throw .structure(file: file, place: "the file", problem: "\(error)")
    }
  }

  private static func placeAndProblem(of error: DecodingError) -> (String, String) {
    func place(_ path: [any CodingKey]) -> String {
      let steps = path.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
      return steps.isEmpty ? "the file" : steps.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return (place(context.codingPath + [key]), "expected a value, found none")
    case .typeMismatch(let type, let context):
      return (place(context.codingPath), "expected \(type), found something else")
    case .valueNotFound(let type, let context):
      return (place(context.codingPath), "expected \(type), found null")
    case .dataCorrupted(let context):
      return (place(context.codingPath), context.debugDescription)
    @unknown default:
      return ("the file", "\(error)")
    }
  }
}

/// A figure that is written as null if it is nil or not finite, since JSON has only finite numbers.
/// When read, it is nil if it is null or absent.
@propertyWrapper
public struct NullWhereUndefined: Sendable, Equatable, Codable {
  private var value: Double?

  public var wrappedValue: Double? {
    get { value }
    set { value = newValue.flatMap { $0.isFinite ? $0 : nil } }
  }

  public init(wrappedValue: Double?) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws {
    wrappedValue = try decoder.singleValueContainer().decode(Double.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension KeyedDecodingContainer {
  /// The compiler calls this for a property with the wrapper.
  func decode(_ type: NullWhereUndefined.Type, forKey key: Key) throws -> NullWhereUndefined {
    try decodeIfPresent(type, forKey: key) ?? NullWhereUndefined(wrappedValue: nil)
  }
}
