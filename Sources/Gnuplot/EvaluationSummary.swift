import Foundation

/// What an evaluation found: the file `metrics.json`, as far as figures need it.
public struct EvaluationSummary: Sendable, Equatable, Decodable {
  /// Percent; nil where the class occurs neither among the images nor among the answers.
  public struct ClassScore: Sendable, Equatable, Decodable {
    public let name: String
    /// Images of the class; nil where the file does not say.
    public let support: Int?
    public let precision: Double?
    public let recall: Double?
    public let f1: Double?
  }

  /// Means over the classes that occur among the images or among the answers, percent.
  public struct Means: Sendable, Equatable, Decodable {
    public let precision: Double?
    public let recall: Double?
    public let f1: Double?
  }

  public enum Images: String, Sendable, Decodable { case validation, test }

  /// Percent.
  public let top1: Double?
  /// Images evaluated.
  public let count: Int
  public let on: Images
  public let dataStatus: DataStatus
  /// Whether the images that chose the epoch were the test images.
  public let selectedOnTest: Bool
  public let perClass: [ClassScore]
  public let macro: Means
  /// A share, 0 to 1; nil where no image was evaluated.
  public let expectedCalibrationError: Double?

  enum CodingKeys: String, CodingKey {
    case top1, count, on, macro
    case dataStatus = "data_status"
    case selectedOnTest = "selected_on_test"
    case perClass = "per_class"
    case expectedCalibrationError = "expected_calibration_error"
  }

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws(LogError) {
    let text = try text(contentsOf: url)
    let file = url.lastPathComponent
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
