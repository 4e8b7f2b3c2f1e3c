import TensorFiles

/// Errors in a zip archive.
public enum ZipError: PrintableError, Equatable {
  /// The file has no directory of members at its end.
  case notZip(file: String)
  /// The directory contradicts itself or the file.
  case directory(file: String, problem: String)
  /// Two members have the same name.
  case repeatedMember(file: String, member: String)
  /// A member is compressed by another method than deflate, or is encrypted.
  case method(file: String, member: String, found: String)
  /// The offset or length of a member differs from the directory.
  case member(file: String, member: String, problem: String)
  /// A member's bytes do not match its checksum.
  case checksum(file: String, member: String)

  public var message: String {
    switch self {
    case .notZip(let file): "\(file): no zip archive, or cut before its end; get it again"
    case .directory(let file, let problem):
      "\(file): the archive's list of members is damaged: \(problem); get it again"
    case .repeatedMember(let file, let member):
      "\(file): \(Self.shown(member)) is there twice, expected once"
    case .method(let file, let member, let found):
      "\(file): \(Self.shown(member)) is \(found), expected stored or deflated; save it by numpy.savez"
    case .member(let file, let member, let problem):
      "\(file): \(Self.shown(member)) is damaged: \(problem); get the archive again"
    case .checksum(let file, let member):
      "\(file): \(Self.shown(member)) has another CRC-32 than the archive says; get the archive again"
    }
  }

  private static func shown(_ member: String) -> String { PrintableText.escaped(member, limit: 80) }
}
