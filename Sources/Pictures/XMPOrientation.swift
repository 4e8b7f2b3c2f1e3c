/// Finds the orientation in an XMP packet: the property `tiff:Orientation`, as an attribute or as
/// an element.
///
///     <rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>
///     <tiff:Orientation>6</tiff:Orientation>
///
/// It searches the bytes sequentially and does not parse the XML, since a packet may be long.
///
/// Source: XMP Specification, part 1, 7.5, and part 2, 3.3.
enum XMPOrientation {
  private static let property = Array(":Orientation".utf8)
  private static let namespace = Array("http://ns.adobe.com/tiff/1.0/".utf8)
  private static let declaration = Array("xmlns:".utf8)
  /// The length of the longest prefix that is considered, in bytes.
  private static let longestPrefix = 64

  /// The orientation; nil if there is none that can be read.
  static func orientation(in packet: [UInt8]) -> PictureOrientation? {
    let prefixes = Set(
      places(of: namespace, in: packet).compactMap { prefix(boundAt: $0, in: packet) })
    guard !prefixes.isEmpty else { return nil }
    for place in places(of: property, in: packet)
    where prefixes.contains(name(before: place, in: packet)) {
      if let found = value(from: place + property.count, in: packet) { return found }
    }
    return nil
  }

  /// The prefix in `xmlns:PREFIX="` before an offset; nil if there is none.
  private static func prefix(boundAt place: Int, in packet: [UInt8]) -> ArraySlice<UInt8>? {
    guard place >= 2, isQuote(packet[place - 1]), packet[place - 2] == UInt8(ascii: "=") else {
      return nil
    }
    let name = name(before: place - 2, in: packet)
    let isDeclared = packet[..<name.startIndex].suffix(declaration.count)
      .elementsEqual(declaration)
    return isDeclared && !name.isEmpty ? name : nil
  }

  /// The letters, digits, full stops, hyphens and underscores before an offset.
  private static func name(before place: Int, in packet: [UInt8]) -> ArraySlice<UInt8> {
    let window = packet[max(place - longestPrefix, 0)..<place]
    let start = window.lastIndex { !isPartOfName($0) }.map { $0 + 1 } ?? window.startIndex
    return packet[start..<place]
  }

  /// The number from 1 to 8 after a property's name: `="6"` or `>6<`.
  private static func value(from place: Int, in packet: [UInt8]) -> PictureOrientation? {
    var rest = packet[place...].prefix(32).filter { !isBlank($0) }[...]
    guard let first = rest.popFirst() else { return nil }
    let end: UInt8
    if first == UInt8(ascii: "="), let quote = rest.popFirst(), isQuote(quote) {
      end = quote
    } else if first == UInt8(ascii: ">") {
      end = UInt8(ascii: "<")
    } else {
      return nil
    }
    guard let digit = rest.popFirst(), rest.first == end, digit >= UInt8(ascii: "0") else {
      return nil
    }
    return PictureOrientation(rawValue: Int(digit - UInt8(ascii: "0")))
  }

  /// The offsets at which `word` begins.
  private static func places(of word: [UInt8], in packet: [UInt8]) -> [Int] {
    guard packet.count >= word.count else { return [] }
    return (0...packet.count - word.count).filter { place in
      packet[place] == word[0] && packet[place..<place + word.count].elementsEqual(word)
    }
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 9, 10, 13].contains(byte) }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
