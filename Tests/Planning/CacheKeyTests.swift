import Planning
import Testing

@Suite struct CacheKeyTests {
  private let parts = [
    KeyPart(kind: .stage, name: "stage", value: "train"),
    KeyPart(kind: .recipe, name: "train.epochs", value: "2"),
    KeyPart(kind: .recipe, name: "train.rate", value: "0.5"),
    KeyPart(kind: .input, name: "numbers", value: "abc"),
  ]

  /// The key of a list of parts must stay as it is, or every artefact of every user is made again.
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

/// Output of stages as a terminal sees it, and as a log keeps it.
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
