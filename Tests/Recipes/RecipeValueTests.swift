import Foundation
import Recipes
import Testing

@Suite("A value's text and JSON")
struct RecipeValueTests {
  @Test(arguments: [
    (RecipeValue.null, "null", "null"),
    (.boolean(true), "true", "true"),
    (.integer(-3), "-3", "-3"),
    (.number(0.1), "0.1", "0.1"),
    (.number(1), "1.0", "1.0"),
    (.number(1e-8), "1.0e-08", "1.0e-08"),
    (.number(1.5e300), "1.5e+300", "1.5e+300"),
    (.text("validation-loss"), "validation-loss", "\"validation-loss\""),
    (.text("../a/b.tar"), "../a/b.tar", "\"../a/b.tar\""),
    (.text("two words"), "\"two words\"", "\"two words\""),
    (.text(""), "\"\"", "\"\""),
    // Text that would be read back as something else without quotes.
    (.text("true"), "\"true\"", "\"true\""),
    (.text("null"), "\"null\"", "\"null\""),
    (.text("12"), "\"12\"", "\"12\""),
    (.text("1e3"), "\"1e3\"", "\"1e3\""),
    (.text(".inf"), "\".inf\"", "\".inf\""),
    (.text("-"), "\"-\"", "\"-\""),
    (.text("a\n\"\\\u{0}\u{2028}é😀"), #""a\n\"\\\u0000\u2028é😀""#, #""a\n\"\\\u0000\u2028é😀""#),
    (.list([.integer(5), .integer(8)]), "[5, 8]", "[5,8]"),
    (.list([]), "[]", "[]"),
    (
      .object([("crop", .object([("padding", .integer(4)), ("fill", .text("zero"))]))]),
      "{crop: {padding: 4, fill: zero}}", #"{"crop":{"padding":4,"fill":"zero"}}"#
    ),
  ])
  func texts(value: RecipeValue, yaml: String, json: String) throws {
    #expect(value.canonicalText == yaml)
    #expect(value.json == json)
    let data = Data("[\(value.json)]".utf8)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: data) }
  }

  @Test(arguments: [
    "a b", "12", "true", "~", "a: b", "a #b", "[a]", "{a}", "'", "\"", "\\", "é😀", "a\u{85}b",
    "\u{7F}", "*a", "&a", "!a", "- a", "? a", "%", "@", "`", ",", "|", ">", "a:", "-",
    "---", "...", "=", "<<", "\u{FFFE}", "a\n\nb ", " a",
  ])
  func textIsReadBack(text: String) throws {
    let quoted = RecipeValue.text(text).canonicalText
    let list = RecipeValue.list([.text("x"), .text(text)]).canonicalText
    #expect(
      try loadRecipe("dataset.url: \(quoted)\n").value(of: "dataset.url").value == .text(text))
    #expect(try loadRecipe("about: \(quoted)  # c\n").about == text)
    #expect(list == "[x, \(quoted)]")
  }

  @Test func equality() {
    let object = RecipeValue.object([("a", .integer(1)), ("b", .null)])
    #expect(object == .object([("a", .integer(1)), ("b", .null)]))
    #expect(object != .object([("b", .null), ("a", .integer(1))]))
    #expect(object != .object([("a", .integer(1))]))
    #expect(RecipeValue.integer(1) != .number(1))
    #expect(RecipeValue.text("a") != .text("b"))
    #expect(object["b"] == .null)
    #expect(object["c"] == nil)
  }

  @Test func nesting() {
    let value = RecipeValue(
      nesting: [("a.b", .integer(1)), ("c", .null), ("a.d.e", .integer(2)), ("a.d.f", .integer(3))])
    #expect(value.canonicalText == "{a: {b: 1, d: {e: 2, f: 3}}, c: null}")
    #expect(RecipeValue(nesting: []).canonicalText == "{}")
  }
}
