import Planning
import Testing

@Suite struct CacheKeyTests {
  private let parts = [
    KeyPart(kind: .stage, name: "stage", value: "train"),
    KeyPart(kind: .recipe, name: "train.epochs", value: "2"),
    KeyPart(kind: .recipe, name: "train.rate", value: "0.5"),
    KeyPart(kind: .input, name: "numbers", value: "abc"),
  ]

  /// The key of a list of parts must not change; otherwise all artefacts of all users would be made
  /// again.
  @Test func keyIsPinned() {
    #expect(CacheKey(parts: parts).text == "d7ea4514779dd19df42dce5a1e5d626e")
  }

  @Test func orderDoesNotCount() {
    #expect(CacheKey(parts: parts.reversed()).text == CacheKey(parts: parts).text)
  }

  @Test func valuesNamesKindsAndTheSetCount() {
    var seen: Set<String> = [CacheKey(parts: parts).text]
    func isNew(_ parts: [KeyPart]) -> Bool { seen.insert(CacheKey(parts: parts).text).inserted }
    #expect(isNew(Array(parts.dropLast())))
    #expect(isNew(parts + [KeyPart(kind: .recipe, name: "train.seed", value: "null")]))
    #expect(isNew(parts.dropLast() + [KeyPart(kind: .input, name: "numbers", value: "abd")]))
    #expect(isNew(parts.dropLast() + [KeyPart(kind: .input, name: "number", value: "sabc")]))
    #expect(isNew(parts.dropLast() + [KeyPart(kind: .recipe, name: "numbers", value: "abc")]))
  }

  @Test func changesNameOldAndNew() {
    let new = [
      parts[0], KeyPart(kind: .recipe, name: "train.epochs", value: "3"),
      KeyPart(kind: .recipe, name: "train.seed", value: "1"), parts[3],
    ]
    let changes = KeyChange.between(parts, new)
    #expect(changes.map(\.name) == ["train.epochs", "train.seed", "train.rate"])
    #expect(changes.map(\.old) == ["2", nil, "0.5"])
    #expect(changes.map(\.new) == ["3", "1", nil])
    #expect(KeyChange.between(parts, parts) == [])
  }
}

/// The output of stages on a terminal and in a log.
@Suite struct RepeatedWarningsTests {
  /// The text shown for an output that arrives in pieces of any size.
  @Test(arguments: [1, 2, 7, 1000])
  func warningsPassOnce(size: Int) {
    var warnings = RepeatedWarnings(shown: ["warning: old", "other"])
    let output = Array(
      ("\r\u{1B}[K5 %\r\u{1B}[K\nwarning: old\nother\nwarning: new\nwarn\nwarning: new\nwarning: newer\n\n"
        + "a warning: old\nwarning: old").utf8)
    var shown: [UInt8] = []
    for start in stride(from: 0, to: output.count, by: size) {
      shown += warnings.passing(output[start..<min(start + size, output.count)])
    }
    shown += warnings.rest()
    #expect(
      String(decoding: shown, as: UTF8.self)
        == "\r\u{1B}[K5 %\r\u{1B}[K\nother\nwarning: new\nwarn\nwarning: newer\n\na warning: old\nwarning: old"
    )
  }

  @Test func progressIsNotHeldUp() {
    var warnings = RepeatedWarnings(shown: [])
    #expect(warnings.passing(Array("\rw".utf8)) == Array("\rw".utf8))
    #expect(warnings.passing(Array("\nwarn".utf8)) == Array("\n".utf8))
    #expect(warnings.passing(Array("t".utf8)) == Array("warnt".utf8))
    let long = Array("warning: \(String(repeating: "x", count: 10_000))".utf8)
    #expect(warnings.passing([0x0A] + long) == [0x0A] + long)
  }
}

@Suite struct LogFilterTests {
  @Test(arguments: [
    ("a\nb\n", "a\nb\n", ""),
    ("\r\u{1B}[K1 %\r\u{1B}[K2 %\r\u{1B}[Kend\n", "end\n", ""),
    ("a\r\nb\r\n", "a\nb\n", ""),
    ("\u{1B}[1;31mred\u{1B}[0m\n", "red\n", ""),
    ("10 %\r20 %\r", "", "20 %\n"),
    ("no end", "", "no end\n"),
    ("\u{1B}Mx\n", "x\n", ""),
  ])
  func linesAreKept(text: String, lines: String, rest: String) {
    // In one piece and byte by byte.
    for size in [text.utf8.count, 1] {
      var filter = LogFilter()
      var kept: [UInt8] = []
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        kept += filter.lines(from: bytes.prefix(size))
        bytes = bytes.dropFirst(size)
      }
      #expect(String(decoding: kept, as: UTF8.self) == lines)
      #expect(String(decoding: filter.rest(), as: UTF8.self) == rest)
    }
  }
}
