/// A line of comma-separated values as RFC 4180 has it.
public enum CommaSeparatedText {
  /// The fields with commas between, without a line break; those that need quotes have them.
  public static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",")
  }

  private static func quoted(_ field: String) -> String {
    let special: [UInt8] = [0x0A, 0x0D, 0x22, 0x2C]
    guard field.utf8.contains(where: special.contains) else { return field }
    return "\"\(field.replacingScalar("\"", by: "\"\""))\""
  }
}
