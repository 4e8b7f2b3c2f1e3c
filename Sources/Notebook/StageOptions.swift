import ArgumentParser
import CheckedNumbers
import Foundation
import TensorFiles

/// The arguments that `pipeline.sh` passes to a stage: the paths of its inputs and outputs, and the
/// settings that it reads according to the graph. A stage reads nothing else of the project.
public struct StageOptions: ParsableArguments {
  @Option(help: "JSON file with the recipe values this stage reads, defaults filled in.")
  public var settings: String

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp("An input artefact, once for each.", valueName: "name=path"))
  var inputs: [String] = []

  @Option(help: "Folder that receives the outputs.")
  public var output: String

  @Option(help: "Folder for state from which an interrupted stage resumes; kept until it succeeds.")
  public var work: String

  @Option(help: "Threads to compute with.")
  public var threads: Int = 1

  public init() {}

  public func validate() throws {
    guard threads >= 1 else {
      throw ValidationError("--threads must be at least 1, found \(threads)")
    }
    for input in inputs where input.firstIndex(of: "=") == nil {
      throw ValidationError("--input takes name=path, found '\(input)'")
    }
  }
}

extension StageOptions {
  /// Parses the command line and opens the cell record in the output folder. If that fails, ends
  /// the process with one line on standard error.
  public static func parseForStage() -> StageOptions {
    reportFileSizeLimit()
    do {
      let options = try Self.parse()
      CellRecord.shared.open(inFolder: options.output)
      return options
    } catch {
      exitPrintably(withError: error)
    }
  }

  /// The file or folder of the input `name`.
  public func input(_ name: String) throws -> URL {
    guard let url = optionalInput(name) else {
      throw StageError.missingInput(name: name, given: inputs)
    }
    return url
  }

  /// The input `name`, or nil if the graph leaves it out.
  public func optionalInput(_ name: String) -> URL? {
    for input in inputs {
      guard let separator = input.firstIndex(of: "="), input[..<separator] == name else { continue }
      return URL(fileURLWithPath: String(input[input.index(after: separator)...]))
    }
    return nil
  }

  /// The folder for the outputs.
  public var outputFolder: URL { URL(fileURLWithPath: output) }

  /// The folder for state from which an interrupted stage can resume.
  public var workFolder: URL { URL(fileURLWithPath: work) }

  /// The URL for the output file `file`.
  public func output(_ file: String) -> URL {
    outputFolder.appendingPathComponent(file)
  }

  /// The URL of the file `file` in the work folder.
  public func work(_ file: String) -> URL {
    workFolder.appendingPathComponent(file)
  }

  /// Decodes the settings and checks their ranges.
  public func settings<Settings: CheckedSettings>(as type: Settings.Type) throws -> Settings {
    try settings(as: type, by: .settings)
  }

  /// Decodes one section of the settings and checks its ranges.
  ///
  /// - Parameter section: Its name, as in the recipe.
  public func settings<Section: CheckedSettings>(
    of section: String, as type: Section.Type
  ) throws -> Section {
    let decoder = JSONDecoder.settings
    decoder.userInfo[.section] = section
    return try settings(as: SettingsSection<Section>.self, by: decoder).value
  }

  private func settings<Settings: CheckedSettings>(
    as type: Settings.Type, by decoder: JSONDecoder
  ) throws -> Settings {
    guard let data = FileManager.default.contents(atPath: settings) else {
      throw StageError.unreadableSettings(file: settings)
    }
    do {
      let settings = try decoder.decode(type, from: data)
      try settings.check()
      return settings
    } catch let error as DecodingError {
      throw StageError.settings(file: settings, problem: String(describing: error))
    }
  }
}

/// The section of the settings whose name is passed to the decoder as `section`.
private struct SettingsSection<Section: CheckedSettings>: CheckedSettings {
  let value: Section

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  init(from decoder: any Decoder) throws {
    let name = decoder.userInfo[.section] as? String ?? ""
    value = try decoder.container(keyedBy: Key.self)
      .decode(Section.self, forKey: Key(stringValue: name))
  }

  func check() throws { try value.check() }
}

extension CodingUserInfoKey {
  fileprivate static let section = CodingUserInfoKey(rawValue: "section")!
}

extension JSONDecoder {
  /// Reads settings of recipes, whose keys are kebab-case there and camelCase in Swift.
  public static var settings: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in CamelCaseKey(path[path.count - 1]) }
    return decoder
  }
}

/// `learning-rate` as `learningRate`.
private struct CamelCaseKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ key: any CodingKey) {
    let words = key.stringValue.split(separator: "-")
    let tail = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
    stringValue = (words.prefix(1).map(String.init) + tail).joined()
    intValue = key.intValue
  }

  init?(stringValue: String) { return nil }
  init?(intValue: Int) { return nil }
}

/// Errors in the call of a stage.
public enum StageError: PrintableError {
  /// The stage needs an input that the command line does not contain.
  case missingInput(name: String, given: [String])
  /// The settings file is absent or can't be read.
  case unreadableSettings(file: String)
  /// The settings file lacks a value that the stage reads, or has a value of another type.
  case settings(file: String, problem: String)

  public var message: String {
    switch self {
    case .missingInput(let name, let given):
      "no input '\(name)' among \(given); run the stage through pipeline.sh, or add --input \(name)=PATH"
    case .unreadableSettings(let file):
      "cannot read the settings \(file); run the stage through pipeline.sh, or pass --settings FILE"
    case .settings(let file, let problem):
      "\(file) does not hold the settings of this stage: \(problem)"
    }
  }
}
