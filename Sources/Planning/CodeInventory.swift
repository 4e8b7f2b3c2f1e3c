import Foundation
import SourceText
import TensorFiles

/// The sources of the stages, as digests that ignore comments and layout.
///
/// A stage is built from its own folder and from every module of `Sources` that it imports,
/// directly or indirectly. Results are remembered with each file's stamp.
public struct CodeInventory {
  /// What a stage is built from.
  public struct StageCode: Sendable, Equatable {
    /// The digest over all files.
    public let digest: String
    /// Path in the project and digest of each file, sorted by path. Only the part of `Package.swift`
    /// that concerns the stage counts.
    public let files: [CodeFile]
  }

  /// One source file and the digest of its tokens.
  public struct CodeFile: Sendable, Equatable, Codable {
    public let file: String
    public let digest: String
  }

  /// The imports and the digest of one source file.
  private struct Source: Codable {
    let digest: String
    let imports: Set<String>
  }

  private struct Module {
    let files: [CodeFile]
    let imports: Set<String>
  }

  private let root: URL
  private let package: PackageOutline
  private var modules: [String: Module] = [:]
  private var stages: [String: StageCode] = [:]
  private var memory: StampedMemory<Source>

  /// - Parameter root: The folder of `Package.swift`, `Sources` and `stages`.
  public init(root: URL) throws(PlanningError) {
    self.root = root
    // A frozen copy of the sources has other stamps, and its own memory.
    let isFrozen = FileManager.default.fileExists(
      atPath: root.appendingPathComponent(".frozen").path)
    memory = StampedMemory(
      store: root.appendingPathComponent(
        isFrozen ? ".frozen-code.json" : "\(ArtefactStore.memoryPath)/code.json"))
    let manifest = try Self.read(root.appendingPathComponent("Package.swift"), "Package.swift")
    package = PackageOutline(SourceTokens(of: manifest, language: .swift))
  }

  /// The code of the stage whose sources lie in `stages/NAME`.
  public mutating func code(ofStage name: String) throws(PlanningError) -> StageCode {
    if let known = stages[name] { return known }
    let stage = try module(inFolder: "stages/\(name)")
    var files = stage.files
    var waiting = stage.imports
    var closure: Set<String> = []
    while let next = waiting.popFirst() {
      guard !closure.contains(next), isModule(next) else { continue }
      closure.insert(next)
      let module = try module(inFolder: "Sources/\(next)")
      files += module.files
      waiting.formUnion(module.imports)
    }
    let manifest = package.canonicalBytes(keeping: closure.union([name]))
    files.append(
      CodeFile(
        file: "Package.swift", digest: String(ContentDigest.sha256Hex(Data(manifest)).prefix(32))))
    files.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    let list = files.map { "\($0.digest) \($0.file)\n" }.joined()
    let code = StageCode(digest: ContentDigest.sha256Hex(Data(list.utf8)), files: files)
    stages[name] = code
    return code
  }

  /// Saves the remembered values for the next process.
  public func save() { memory.save() }

  private func isModule(_ name: String) -> Bool {
    var isFolder: ObjCBool = false
    let path = root.appendingPathComponent("Sources/\(name)").path
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private mutating func module(inFolder folder: String) throws(PlanningError) -> Module {
    if let known = modules[folder] { return known }
    let base = root.appendingPathComponent(folder)
    guard let found = try? FolderWalk.files(below: base) else {
      throw .unreadable(file: folder, reason: "there is no such folder", repair: "restore it")
    }
    var files: [CodeFile] = []
    var imports: Set<String> = []
    for file in found {
      guard let language = Self.language(ofFile: file.path) else { continue }
      let name = "\(folder)/\(file.path)"
      let source = try memory.value(of: file.url, named: name) { () throws(PlanningError) in
        let tokens = SourceTokens(of: try Self.read(file.url, name), language: language)
        return Source(
          digest: String(ContentDigest.sha256Hex(Data(tokens.canonicalBytes)).prefix(32)),
          imports: language == .swift ? tokens.importedModules : [])
      }
      imports.formUnion(source.imports)
      files.append(CodeFile(file: name, digest: source.digest))
    }
    let module = Module(files: files, imports: imports)
    modules[folder] = module
    return module
  }

  /// The language of a source file; nil for files that no build uses.
  private static func language(ofFile path: String) -> SourceTokens.Language? {
    // A URL would look for the file in the current folder.
    guard let dot = path.lastIndex(of: ".") else { return nil }
    return switch path[path.index(after: dot)...] {
    case "swift": .swift
    case "h", "c", "cpp", "hpp", "S", "modulemap": .c
    default: nil
    }
  }

  private static func read(_ url: URL, _ name: String) throws(PlanningError) -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw .unreadable(file: name, reason: error.localizedDescription, repair: "restore it")
    }
  }
}
