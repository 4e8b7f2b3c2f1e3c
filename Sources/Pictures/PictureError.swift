import TensorFiles

/// Why a picture cannot be read or written: one case per rule.
public enum PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or read; `reason` is the system's.
  case cannotRead(file: String, reason: String)
  /// Longer than any picture is expected to be.
  case tooLong(file: String, limit: Int)
  /// Its first bytes are those of neither format; of another one, or of none that is known.
  case unknownFormat(file: String, format: ForeignFormat?, firstBytes: [UInt8])
  /// More pixels than a photograph has; a file of a few bytes may claim any number.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// Decoding would take more memory than any picture may.
  case tooMuchMemory(file: String, width: Int, height: Int, limit: Int)
  /// The decoder gave up; `reason` is what it says.
  case damaged(file: String, format: String, reason: String)
  /// The PNG encoder failed; `step` is the call, `reason` what it says.
  case cannotEncodePNG(width: Int, height: Int, step: String, reason: String)

  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(PrintableText.escaped(file)): cannot be read: \(reason); check the path and its permissions"
    case .tooLong(let file, let limit):
      "\(PrintableText.escaped(file)): longer than \(limit >> 20) MiB; save the picture smaller"
    case .unknownFormat(let file, let format?, _):
      "\(PrintableText.escaped(file)): \(format.name), expected a PNG or JPEG picture; "
        + (format.repair ?? format.pictureRepair)
    case .unknownFormat(let file, nil, let firstBytes):
      "\(PrintableText.escaped(file)): neither PNG nor JPEG: it begins with "
        + "\(Self.hexadecimal(firstBytes)); convert it to one of them"
    case .tooManyPixels(let file, let width, let height, let limit):
      "\(PrintableText.escaped(file)): \(width) × \(height) pixels, more than \(limit >> 20) Mi; "
        + "save the picture smaller"
    case .tooMuchMemory(let file, let width, let height, let limit):
      "\(PrintableText.escaped(file)): its \(width) × \(height) pixels need more than \(limit >> 20) MiB "
        + "of memory; save the picture smaller, or not as a progressive JPEG"
    case .damaged(let file, let format, let reason):
      "\(PrintableText.escaped(file)): a damaged \(format) file, or of a kind that is not read: "
        + "\(PrintableText.escaped(reason)); open it in another program and save it again"
    case .cannotEncodePNG(let width, let height, let step, let reason):
      "a PNG of \(width) × \(height) pixels cannot be made: \(step): \(reason); lower --count"
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "nothing" }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      .joined(separator: " ")
  }
}
