/// A file format, identified by its first bytes, that is often mistaken for a tensor file, a
/// picture or an archive: readers that can't use a file report its format instead of a syntax
/// error.
public enum ForeignFormat: Sendable, Equatable, CaseIterable {
  // Weights and arrays
  case safetensors, pyTorchZip, pickle, hdf5, npy, npz, gguf
  // Placeholders instead of a file
  case gitLFSPointer, html
  // Archives
  case gzip, xz, bzip2, zstandard, lzip, zip, sevenZip, tar
  // Pictures and documents
  case png, jpeg, jpeg2000, jpegXL, gif, webP, heic, avif, tiff, bmp, svg, pdf, video
  // Texts
  case json, xml, text

  /// Number of bytes needed to identify a format.
  public static let prefixLength = 512

  /// The format of a file that begins with `bytes`, or nil.
  ///
  /// - Parameter bytes: The first `prefixLength` bytes of a file, or all of a shorter one.
  public init?(firstBytes bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes.prefix(Self.prefixLength))
    guard let format = Self.binary(bytes) ?? Self.textual(bytes) else { return nil }
    self = format
  }

  /// The name of the format with an article: "a pickle (Python)".
  public var name: String {
    switch self {
    case .safetensors: "a safetensors file"
    case .pyTorchZip: "a PyTorch file (a zip archive with a pickle)"
    case .pickle: "a pickle (Python)"
    case .hdf5: "an HDF5 file"
    case .npy: "a NumPy array"
    case .npz: "a NumPy archive (npz)"
    case .gguf: "a GGUF file"
    case .gitLFSPointer: "a Git LFS pointer, not the file itself"
    case .html: "a web page (HTML)"
    case .gzip: "a gzip file"
    case .xz: "an xz file"
    case .bzip2: "a bzip2 file"
    case .zstandard: "a Zstandard file"
    case .lzip: "an lzip file"
    case .zip: "a zip archive"
    case .sevenZip: "a 7z archive"
    case .tar: "a tar archive"
    case .png: "a PNG picture"
    case .jpeg: "a JPEG picture"
    case .jpeg2000: "a JPEG 2000 picture"
    case .jpegXL: "a JPEG XL picture"
    case .gif: "a GIF picture"
    case .webP: "a WebP picture"
    case .heic: "a HEIC picture"
    case .avif: "an AVIF picture"
    case .tiff: "a TIFF picture"
    case .bmp: "a BMP picture"
    case .svg: "an SVG drawing"
    case .pdf: "a PDF document"
    case .video: "a video (MP4 or QuickTime)"
    case .json: "a JSON text"
    case .xml: "an XML text"
    case .text: "a text"
    }
  }

  /// How to get the intended file; nil if that depends on the reader.
  public var repair: String? {
    switch self {
    case .gitLFSPointer: "fetch the file itself: git lfs pull"
    case .html: "download the file itself, not the page about it"
    case .gzip, .xz, .bzip2, .zstandard, .lzip, .zip, .sevenZip, .tar: "unpack it first"
    default: nil
    }
  }
}

extension ForeignFormat {
  /// Formats that begin with fixed bytes.
  private static let signatures: [(format: ForeignFormat, bytes: [UInt8])] = [
    (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.npy, [0x93] + Array("NUMPY".utf8)),
    (.gguf, Array("GGUF".utf8)),
    (.gitLFSPointer, Array("version https://git-lfs.github.com/spec/".utf8)),
    (.gzip, [0x1F, 0x8B, 8]),
    (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
    (.zstandard, [0x28, 0xB5, 0x2F, 0xFD]),
    (.lzip, Array("LZIP".utf8) + [1]),
    (.zip, [0x50, 0x4B, 5, 6]),
    (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.jpeg, [0xFF, 0xD8, 0xFF]),
    (.jpeg2000, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]),
    (.jpegXL, [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20]), (.jpegXL, [0xFF, 0x0A]),
    (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
    (.tiff, [0x49, 0x49, 42, 0]), (.tiff, [0x4D, 0x4D, 0, 42]),
    (.tiff, [0x49, 0x49, 43, 0]), (.tiff, [0x4D, 0x4D, 0, 43]),
    (.pdf, Array("%PDF-".utf8)),
  ]

  private static func binary(_ bytes: [UInt8]) -> ForeignFormat? {
    func stands(_ text: String, at place: Int) -> Bool {
      bytes.dropFirst(place).starts(with: text.utf8)
    }
    // The length of a header below 2²⁴ bytes, then the beginning of its JSON object. The bytes of
    // such a length can be the signature of another format, so this comes first.
    if bytes.count > 8, bytes[3...7].allSatisfy({ $0 == 0 }), stands("{", at: 8) {
      return .safetensors
    }
    if let known = signatures.first(where: { bytes.starts(with: $0.bytes) }) { return known.format }
    if stands("BZh", at: 0), stands("1AY&SY", at: 4) { return .bzip2 }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) { return zip(bytes) }
    if stands("RIFF", at: 0), stands("WEBP", at: 8) { return .webP }
    if stands("ftyp", at: 4) { return box(bytes) }
    if stands("ustar", at: 257) { return .tar }
    // Protocols 2 to 5 of Python's pickles, then an instruction. Earlier protocols are text.
    if bytes.count >= 3, bytes[0] == 0x80, (2...5).contains(bytes[1]), bytes[2] >= 0x28 {
      return .pickle
    }
    // A bitmap contains the length of its second header, which has few possible values.
    if stands("BM", at: 0), bytes.count >= 18, [12, 40, 52, 56, 64, 108, 124].contains(bytes[14]),
      bytes[15...17].allSatisfy({ $0 == 0 })
    {
      return .bmp
    }
    return nil
  }

  /// The kind of a zip archive, by the name of its first member: its 16-bit length is at offset 26,
  /// the name at 30.
  private static func zip(_ bytes: [UInt8]) -> ForeignFormat {
    guard bytes.count > 30 else { return .zip }
    let length = Int(bytes[26]) | Int(bytes[27]) << 8
    let name = String(decoding: bytes[30...].prefix(length), as: UTF8.self)
    if name.hasSuffix(".npy") { return .npz }
    return name.hasSuffix("/data.pkl") || name == "data.pkl" ? .pyTorchZip : .zip
  }

  /// The kind of a file of boxes, as in MPEG-4: by the major brand at offset 8 or, for generic
  /// picture brands, by the compatible brands from offset 16 to the end of the box.
  private static func box(_ bytes: [UInt8]) -> ForeignFormat {
    func brand(at place: Int) -> String {
      String(decoding: bytes.dropFirst(place).prefix(4), as: UTF8.self)
    }
    switch brand(at: 8) {
    case "avif", "avis": return .avif
    case "heic", "heix", "heim", "heis", "hevc", "hevx": return .heic
    case "mif1", "mif2", "msf1":
      let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let places = stride(from: 16, to: min(length, bytes.count), by: 4)
      return places.contains { ["avif", "avis"].contains(brand(at: $0)) } ? .avif : .heic
    default: return .video
    }
  }

  private static func textual(_ bytes: [UInt8]) -> ForeignFormat? {
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let text = String(decoding: body, as: UTF8.self)
    // The last character may be incomplete.
    let isText = text.unicodeScalars.dropLast(3).allSatisfy { scalar in
      scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\u{FFFD}"
        || ["\t", "\n", "\r", "\u{C}"].contains(scalar)
    }
    let start = text.drop(while: \.isWhitespace)
    guard isText, start.unicodeScalars.count >= 4 || start == "{}" || start == "[]" else {
      return nil
    }
    let head = start.lowercased()
    if head.hasPrefix("<!doctype html") || head.hasPrefix("<html") || head.hasPrefix("<head") {
      return .html
    }
    if head.hasPrefix("<svg") || head.hasPrefix("<?xml") && head.contains("<svg") { return .svg }
    if head.hasPrefix("<?xml") { return .xml }
    return head.hasPrefix("{") || head.hasPrefix("[") ? .json : .text
  }
}
