extension PrintableText {
  /// The width of `text` in columns of a terminal.
  public static func width(of text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

  /// `text`, truncated with an ellipsis if it is wider than `width` columns or has more than
  /// 8 · `width` scalars, since any number of marks can be combined with one letter.
  ///
  /// - Precondition: `width` is positive.
  public static func cut(_ text: String, toWidth width: Int) -> String {
    precondition(width > 0, "a text of width \(width)")
    let most = 8 * width
    guard self.width(of: text) > width || text.unicodeScalars.count > most else { return text }
    var (kept, used, scalars) = ("", 1, 0)
    for character in text {
      used += self.width(of: character)
      scalars += character.unicodeScalars.count
      guard used <= width, scalars <= most else { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// Chinese, Japanese and Korean characters and emoji are two columns wide.
  ///
  /// Source: Unicode Standard Annex 11, "East Asian Width", its larger blocks of wide characters.
  private static func width(of character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first, scalar.value >= 0x1100 else { return 1 }
    let wide: [ClosedRange<UInt32>] = [
      0x1100...0x115F, 0x2E80...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
    ]
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }
}
