import TensorFiles

/// A difference between a manifest and the files in the artefact's folder.
public struct ArtefactFault: Sendable, Equatable, CustomStringConvertible {
  /// The file's name in the artefact's folder; `.` for the folder itself.
  public let file: String
  /// What the manifest records, in words.
  public let recorded: String
  /// What is there, in words.
  public let found: String

  /// Whether the manifest does not list the file.
  var isUnrecorded: Bool { recorded == Self.nothing }
  private static let nothing = "no such file"

  /// One line, printable whatever the names hold.
  public var description: String {
    PrintableText.escaped("\(file): recorded \(recorded), found \(found)", limit: 400)
  }
}

extension ArtefactFault {
  static func missing(_ file: Manifest.File) -> ArtefactFault {
    ArtefactFault(
      file: file.file, recorded: NumberText.count(file.bytes, "byte"), found: "no such file")
  }

  static func notAFile(_ file: Manifest.File) -> ArtefactFault {
    ArtefactFault(
      file: file.file, recorded: NumberText.count(file.bytes, "byte"),
      found: "a link, a folder or a device")
  }

  static func size(_ file: Manifest.File, found: Int64) -> ArtefactFault {
    ArtefactFault(
      file: file.file, recorded: NumberText.count(file.bytes, "byte"), found: "\(found)")
  }

  static func bytes(_ file: Manifest.File, recorded: String, found: String) -> ArtefactFault {
    ArtefactFault(
      file: file.file, recorded: "SHA-256 \(recorded.prefix(12))…",
      found: "\(found.prefix(12))…")
  }

  static func unreadable(_ file: Manifest.File, reason: String) -> ArtefactFault {
    ArtefactFault(
      file: file.file, recorded: NumberText.count(file.bytes, "byte"),
      found: "what can't be read (\(reason))")
  }

  static func unrecorded(_ file: String) -> ArtefactFault {
    ArtefactFault(file: file, recorded: nothing, found: "one")
  }

  static func manifest(recorded: String, found: String) -> ArtefactFault {
    ArtefactFault(file: Manifest.fileName, recorded: recorded, found: found)
  }

  static func folder(
    recorded: String = "a folder of the project", found: String
  ) -> ArtefactFault {
    ArtefactFault(file: ".", recorded: recorded, found: found)
  }
}
