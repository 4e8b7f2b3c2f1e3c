import Foundation

/// The bytes of a file, decompressed while reading if its first bytes show that it is compressed.
///
/// The file is opened once: the bytes that were inspected and digested are those that are read, even if its
/// path is replaced meanwhile.
package final class DecompressedFile {
  private let file: FileHandle
  private let decompressor: ProgramOutput?
  private let name: String
  private let limit: Int
  private var delivered = 0

  /// - Parameter limit: The maximum number of bytes delivered. A small file can decompress to terabytes;
  ///   past the limit, reading throws and the decompressor is stopped.
  init(_ file: FileHandle, named name: String, limit: Int) throws {
    self.file = file
    self.name = name
    self.limit = limit
    try file.seek(toOffset: 0)
    let start = try file.read(upToCount: 8) ?? Data()
    try file.seek(toOffset: 0)
    decompressor = try Self.program(forStart: [UInt8](start)).map { program in
      try ProgramOutput(program[0], Array(program[1...]), input: file)
    }
  }

  deinit { decompressor?.stop() }

  /// The program and arguments that decompress a file which starts with these bytes from standard
  /// input to standard output: the forms that GNU tar recognises. Nil for other files.
  package static func program(forStart start: [UInt8]) -> [String]? {
    let forms: [(magic: [UInt8], program: [String])] = [
      ([0x1F, 0x8B], ["gzip", "-dc"]),
      ([0x1F, 0x9D], ["gzip", "-dc"]),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], ["xz", "-dc"]),
      ([0x5D, 0x00, 0x00], ["xz", "--format=lzma", "-dc"]),
      ([0x42, 0x5A, 0x68], ["bzip2", "-dc"]),
      ([0x28, 0xB5, 0x2F, 0xFD], ["zstd", "-dc"]),
      ([0x4C, 0x5A, 0x49, 0x50], ["lzip", "-dc"]),
      ([0x89, 0x4C, 0x5A, 0x4F], ["lzop", "-dc"]),
    ]
    return forms.first { start.starts(with: $0.magic) }?.program
  }

  /// Reads at most `buffer.count` bytes; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count: Int
    if let decompressor {
      count = try decompressor.read(into: buffer)
    } else {
      count = Foundation.read(file.fileDescriptor, buffer.baseAddress, buffer.count)
      guard count >= 0 else {
        throw ArchiveError.unreadable(archive: name, problem: String(cString: strerror(errno)))
      }
    }
    delivered += count
    guard delivered <= limit else {
      throw ArchiveError.tooLong(archive: name, limit: limit)
    }
    return count
  }

  /// Reads the rest, so that checksums at the file's end are verified, and checks the decompressor's
  /// exit status.
  func finish() throws {
    let rest = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { rest.deallocate() }
    while try read(into: rest) > 0 {}
    guard let problem = decompressionProblem() else { return }
    throw ArchiveError.damaged(archive: name, problem: problem)
  }

  /// The decompressor's error, once its output has ended.
  func decompressionProblem() -> String? {
    guard let decompressor else { return nil }
    let (status, messages) = decompressor.finish()
    guard status != 0 else { return nil }
    let line = messages.split(whereSeparator: \.isNewline).first.map(String.init)
    return line ?? "\(decompressor.name) ended with status \(status)"
  }
}
