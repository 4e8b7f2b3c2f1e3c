import CSpng
import Pictures
import TestSupport
import Testing

/// Orientations in other places than the Exif data of cameras.
@Suite struct OrientationSearchTests {
  private func png(
    exif: [UInt8] = [], chunk: [UInt8]? = nil, texts: [PNGSample.Text] = []
  ) throws -> Picture {
    let sample = PNGSample(
      width: 2, height: 1, colorType: SPNG_COLOR_TYPE_GRAYSCALE, samples: [3, 4], exif: exif,
      texts: texts)
    let file = try sample.encoded()
    return try Picture(
      chunk.map { PNGSample.adding(chunk: "eXIf", $0, to: file) } ?? file, file: "sample")
  }

  private func jpeg(segments: [[UInt8]]) throws -> Picture {
    let plain = try JPEGSample.encoded(
      width: 8, height: 8, pixels: [UInt8](repeating: 9, count: 192))
    return try Picture(
      segments.reversed().reduce(plain) { JPEGSample.adding(segment: $1, to: $0) }, file: "sample")
  }

  private static let mark = Array("Exif".utf8) + [0, 0]

  private static func xmp(_ orientation: Int, isElement: Bool = false) -> [UInt8] {
    let property = isElement ? "" : "tiff:Orientation=\"\(orientation)\""
    let element = isElement ? "<tiff:Orientation>\(orientation)</tiff:Orientation>" : ""
    return Array(
      """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" \(property)>\(element)
      </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
      """.utf8)
  }

  private static func xmpSegment(_ packet: [UInt8]) -> [UInt8] {
    Array("http://ns.adobe.com/xap/1.0/".utf8) + [0] + packet
  }

  /// A raw profile as programs write it into a text: a name, the number of bytes, and hexadecimal
  /// digits.
  private static func profile(_ bytes: [UInt8], name: String) -> String {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let lines = stride(from: 0, to: digits.count, by: 36).map {
      digits[$0..<min($0 + 36, digits.count)].joined()
    }
    return "\n\(name)\n\(String(repeating: " ", count: 6))\(bytes.count)\n"
      + lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: PictureOrientation.allCases, [false, true])
  func exifDataWithTheMarkOfJPEGInAPNG(
    _ orientation: PictureOrientation, _ isLittleEndian: Bool
  ) throws {
    let exif = ExifSample.data(orientation: orientation.rawValue, isLittleEndian: isLittleEndian)
    #expect(try png(chunk: Self.mark + exif).orientation == orientation)
    #expect(try png(chunk: exif).orientation == orientation)
  }

  @Test(
    arguments: PictureOrientation.allCases,
    [SPNG_TEXT, SPNG_ZTXT, SPNG_ITXT] as [spng_text_type])
  func rawProfiles(_ orientation: PictureOrientation, _ type: spng_text_type) throws {
    let exif = ExifSample.data(orientation: orientation.rawValue, isLittleEndian: false)
    for (name, bytes) in [
      ("exif", Self.mark + exif), ("exif", exif), ("APP1", Self.mark + exif),
      ("APP1", Self.xmpSegment(Self.xmp(orientation.rawValue))),
      ("xmp", Self.xmp(orientation.rawValue)),
    ] {
      let text = PNGSample.Text(
        keyword: "Raw profile type \(name)", content: Self.profile(bytes, name: name), type: type)
      #expect(try png(texts: [text]).orientation == orientation, "\(name)")
    }
  }

  @Test(arguments: PictureOrientation.allCases, [false, true])
  func xmp(_ orientation: PictureOrientation, _ isElement: Bool) throws {
    let packet = Self.xmp(orientation.rawValue, isElement: isElement)
    let text = PNGSample.Text(
      keyword: "XML:com.adobe.xmp", content: String(decoding: packet, as: UTF8.self),
      type: SPNG_ITXT)
    #expect(try png(texts: [text]).orientation == orientation)
    #expect(try jpeg(segments: [Self.xmpSegment(packet)]).orientation == orientation)
  }

  @Test(arguments: [
    "<d xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='8'/>",
    "<d xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\"><tiff:Orientation> 8 </tiff:Orientation></d>",
    "<d xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation = \"8\"/>",
    "<d e:Orientation=\"3\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation=\"8\"/>",
  ])
  func otherSpellingsOfXMP(_ packet: String) throws {
    let picture = try jpeg(segments: [Self.xmpSegment(Array(packet.utf8))])
    #expect(picture.orientation == .left)
  }

  @Test(arguments: [
    "", "<d/>", "<d tiff:Orientation=\"8\"/>",
    "<d xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation=\"9\"/>",
    "<d xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation=\"88\"/>",
    "<d xmlns:tiff=\"http://ns.adobe.com/exif/1.0/\" tiff:Orientation=\"8\"/>",
  ])
  func xmpWithoutAnOrientationLeavesThePictureUpright(_ packet: String) throws {
    #expect(try jpeg(segments: [Self.xmpSegment(Array(packet.utf8))]).orientation == .up)
    #expect(try jpeg(segments: [Self.xmpSegment([0xFF, 0xFE])]).orientation == .up)
  }

  /// A packet of megabytes in which the property could begin at every offset.
  @Test(arguments: [
    "a", ":", ":Orientation", "x:Orientation=\"8\" ", "http://ns.adobe.com/tiff/1.0/",
  ])
  func longPacketsAreReadOnce(_ piece: String) throws {
    let packet = String(repeating: piece, count: (4 << 20) / piece.utf8.count)
    let text = PNGSample.Text(
      keyword: "XML:com.adobe.xmp", content: "xmlns:t='http://ns.adobe.com/tiff/1.0/'" + packet,
      type: SPNG_ITXT)
    let start = ContinuousClock.now
    #expect(try png(texts: [text]).orientation == .up)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func exifDataCountWhereBothSaySomething() throws {
    let exif = ExifSample.data(orientation: 6, isLittleEndian: true)
    let packet = Self.xmp(3)
    for segments in [
      [Self.mark + exif, Self.xmpSegment(packet)], [Self.xmpSegment(packet), Self.mark + exif],
    ] {
      #expect(try jpeg(segments: segments).orientation == .right)
    }
    let text = PNGSample.Text(
      keyword: "XML:com.adobe.xmp", content: String(decoding: packet, as: UTF8.self),
      type: SPNG_ITXT)
    #expect(try png(exif: exif, texts: [text]).orientation == .right)
    let silent = ExifSample.data(orientation: 6, isLittleEndian: true, tag: 275)
    #expect(try png(exif: silent, texts: [text]).orientation == .down, "Exif without the tag")
    #expect(
      try jpeg(segments: [Self.mark + silent, Self.xmpSegment(packet)]).orientation == .down)
  }

  @Test(arguments: ["\nexif\n", "\nexif\n 4\n", "\nexif\n 4\nzz", "\nexif\n 4\n4", "4d4d002a"])
  func damagedProfilesAreNone(_ content: String) throws {
    let text = PNGSample.Text(
      keyword: "Raw profile type exif", content: content, type: SPNG_ZTXT)
    #expect(try png(texts: [text]).orientation == .up)
  }
}
