import TensorFiles

/// Why a picture cannot be read or written: one case per rule.
public enum PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or read; `reason` is the system's message.
  case cannotRead(file: String, reason: String)
  /// The file is longer than the limit for pictures.
  case tooLong(file: String, limit: Int)
  /// The first bytes are those of neither format, but of another one or of an unknown one.
  case unknownFormat(file: String, format: ForeignFormat?, firstBytes: [UInt8])
  /// The picture has more pixels than the limit; a file of a few bytes can claim any number.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// Decoding would need more memory than the limit.
  case tooMuchMemory(file: String, width: Int, height: Int, limit: Int)
  /// The decoder failed; `reason` is its message.
  case damaged(file: String, format: String, reason: String)
  /// The PNG encoder failed; `step` is the call, `reason` the encoder's message.
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
