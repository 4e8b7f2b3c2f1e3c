/// The chunks of a PNG file.
///
///     8 bytes    signature
///     4 bytes    length of the content, big-endian
///     4 bytes    name
///                content
///     4 bytes    check sum                … repeated
///
/// Source: PNG Specification, third edition, 5.3.
enum PNGChunks {
  /// The contents of all chunks with a name, possibly truncated. The decoder verifies checksums.
  static func contents(of name: String, in file: [UInt8]) -> [ArraySlice<UInt8>] {
    var contents: [ArraySlice<UInt8>] = []
    var place = PNGFile.signature.count
    while place <= file.count - 12 {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let start = place + 8
      guard length <= file.count - 4 - start else { break }
      if file[place + 4..<start].elementsEqual(name.utf8) {
        contents.append(file[start..<start + length])
      }
      place = start + length + 4
    }
    return contents
  }
}
