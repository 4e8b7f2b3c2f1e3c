import Foundation
import TensorFiles

/// A value of a file's metadata in readable form.
public enum MetadataText {
  /// The largest number of bytes of a value that fits on a line.
  private static let longest = 200

  /// Whether `short` leaves something of `value` out.
  public static func isLong(_ value: String) -> Bool { value.utf8.count > longest }

  /// The value for one line: a long list of names as their number and the first ones, a number with
  /// five digits, any other value truncated to 300 characters. Terminal control characters are
  /// escaped.
  public static func short(_ value: String) -> String {
    guard isLong(value),
      let names = try? JSONDecoder().decode([String].self, from: Data(value.utf8))
    else { return TextArtefact.rounded(value) ?? PrintableText.escaped(value) }
    var (shown, width) = ([String](), 0)
    for name in names {
      let name = PrintableText.cut(PrintableText.escaped(name), toWidth: 30)
      width += PrintableText.width(of: name) + 2
      guard width <= 120 else { break }
      shown.append(name)
    }
    let rest = shown.count < names.count ? ["…"] : []
    return "\(names.count) names: \((shown + rest).joined(separator: ", "))"
  }
}
