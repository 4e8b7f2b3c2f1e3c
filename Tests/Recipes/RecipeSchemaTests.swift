import Recipes
import Testing

@Suite("The schema file is held to its own rules")
struct RecipeSchemaTests {
  @Test func theShippedSchema() throws {
    let schema = try shippedSchema()
    #expect(schema.sections == ["dataset", "split", "preprocess", "train", "evaluate", "plot"])
    #expect(schema.keys.first?.name == "dataset.source")
    #expect(schema["train.init-from"]?.type == .path)
    #expect(schema["train.epocs"] == nil)
    #expect(
      schema.keys.filter(\.isPresentation).map(\.name) == [
        "train.print-every", "train.summary-every",
      ])
    #expect(schema["train.epochs"]?.type.description == "a number from 0 to 100000")
    #expect(schema["split.validation"]?.type.description == "an integer of at least 1, or test")
    #expect(schema["plot.formats"]?.defaultValue == .list([.text("png"), .text("svg")]))
    #expect(schema["dataset.url"]?.defaultValue == .null)
    for key in schema.keys { #expect(!key.about.hasSuffix("."), "\(key.name)") }
  }

  @Test(arguments: [
    (
      "",
      "s.yaml:1: expected a schema with 'format: 1' and 'keys:', found an empty file; restore the file, or rebuild the tools for its format"
    ),
    ("- a\n", "found a list of 1 item; "),
    (
      "format: 2\nkeys: {}\n",
      "s.yaml:1: expected a schema with 'format: 1' and 'keys:', found the integer 2; "
    ),
    ("keys: {}\n", "found no format; "),
    ("format: 1\n", "found no mapping of keys; "),
    ("format: 1\nkeys: []\n", "found no mapping of keys; "),
    (
      "format: 1\nkeys: {}\nkees: {}\n",
      "s.yaml:3: expected a schema with 'format: 1' and 'keys:', found the key 'kees'; "
    ),
    ("format: [\n", "not YAML: "),
    ("format: 1\nkeys: &a {}\n", "s.yaml:2: expected plain values, found an anchor"),
  ])
  func frame(text: String, part: String) throws {
    let message = try schemaRefusal(of: text)
    #expect(message.contains(part), "\(message)")
  }

  @Test(arguments: [
    (
      "a: {type: integer, default: 1, about: x}",
      "s.yaml:3: expected a key such as 'train.batch' (kebab-case words joined by dots, outside of 'about' and 'steps'), found 'a'; rename it"
    ),
    ("A.b: {type: integer, default: 1, about: x}", "found 'A.b'; "),
    ("a_b.c: {type: integer, default: 1, about: x}", "found 'a_b.c'; "),
    ("steps.a: {type: integer, default: 1, about: x}", "found 'steps.a'; "),
    (
      "a.b: 3",
      "s.yaml:3: a.b: value: expected attributes such as {type: integer, default: 1, about: text}, found the integer 3; "
    ),
    (
      "a.b: {default: 1, about: x}",
      "s.yaml:3: a.b: expected the attribute 'type', found none; add it"
    ),
    ("a.b: {type: integer, about: x}", "expected the attribute 'default', found none"),
    ("a.b: {type: integer, default: 1}", "expected the attribute 'about', found none"),
    ("a.b: {type: choice, default: x, about: x}", "expected the attribute 'choices', found none"),
    (
      "a.b: {type: text, pattern: x, default: x, about: x}",
      "expected the attribute 'example', found none"
    ),
    (
      "a.b: {type: variants, default: [], about: x}",
      "expected the attribute 'variants', found none"
    ),
    (
      "a.b: {type: float, default: 1, about: x}",
      "a.b: type: expected boolean, path, integer, number, amount, choice, text or variants, found the text 'float'; "
    ),
    (
      "a.b: {type: [integer, text], default: 1, about: x}",
      "type: expected a type, or a list of one such as [number], found a list of 2 items"
    ),
    (
      "a.b: {type: integer, defualt: 1, default: 1, about: x}",
      "s.yaml:3: a.b: type integer has no attribute 'defualt'; did you mean 'default'?"
    ),
    (
      "a.b: {type: integer, choices: [x], default: 1, about: x}",
      "type integer has no attribute 'choices'; see the head of the file"
    ),
    ("a.b: {type: text, least: 1, default: x, about: x}", "type text has no attribute 'least'; "),
    (
      "a.b: {type: integer, length: 3, default: 1, about: x}",
      "type integer has no attribute 'length'; "
    ),
    (
      "a.b: {type: integer, least: low, default: 1, about: x}",
      "a.b: least: expected a number, found the text 'low'; "
    ),
    (
      "a.b: {type: [integer], length: -1, default: [], about: x}",
      "a.b: length: expected a count, found the integer -1; "
    ),
    (
      "a.b: {type: integer, presentation: yes, default: 1, about: x}",
      "a.b: presentation: expected true or false, found the text 'yes'; "
    ),
    (
      "a.b: {type: integer, added: 1, default: 1, about: x}",
      "a.b: added: expected true or false, found the integer 1; "
    ),
    (
      "a.b: {type: variants, default: [], about: x, variants: {c: {d: {type: integer, added: true, default: 1, about: x}}}}",
      "type integer has no attribute 'added'"
    ),
    (
      "a.b: {type: integer, default: 1, about: 3}",
      "a.b: about: expected text, found the integer 3; "
    ),
    (
      "a.b: {type: choice, choices: [], default: 1, about: x}",
      "a.b: choices: expected a list of words, found a list of 0 items"
    ),
    (
      "a.b: {type: choice, choices: [x], former: {y: z}, default: x, about: x}",
      "a.b: former: expected former words, each with a choice, found the text 'z'"
    ),
    (
      "a.b: {type: choice, choices: [x, y], former: {y: x}, default: x, about: x}",
      "a.b: former: expected former words, each with a choice, found the text 'x'"
    ),
    (
      "a.b: {type: choice, choices: [x], former: y, default: x, about: x}",
      "a.b: former: expected a mapping of former words to choices, found the text 'y'"
    ),
    (
      "a.b: {type: choice, choices: [x, x], default: x, about: x}",
      "a.b: choices: expected words, each once, found the text 'x'"
    ),
    (
      "a.b: {type: choice, choices: [true], default: x, about: x}",
      "a.b: choices: expected words, each once, found the boolean true"
    ),
    (
      "a.b: {type: text, pattern: '(', example: x, default: x, about: x}",
      "a.b: pattern: expected a regular expression, found the text '('"
    ),
    (
      "a.b: {type: integer, also: {type: integer, default: 3}, default: 1, about: x}",
      "type integer has no attribute 'default'; "
    ),
    (
      "a.b: {type: integer, also: text, default: 1, about: x}",
      "a.b: also: expected attributes such as"
    ),
    (
      "a.b: {type: variants, variants: [crop], default: [], about: x}",
      "a.b: variants: expected names with their options, found a list of 1 item"
    ),
    (
      "a.b: {type: variants, variants: {crop: 3}, default: [], about: x}",
      "a.b: crop: expected options, found the integer 3"
    ),
    ("a.b: {type: variants, variants: {Crop: }, default: [], about: x}", "found 'Crop'; "),
    (
      "a.b: {type: variants, variants: {crop: {p: {type: integer, about: x}}}, default: [], about: x}",
      "p: expected the attribute 'default', found none"
    ),
    (
      "a.b: {type: integer, least: 2, default: 1, about: x}",
      "s.yaml:3: a.b: expected an integer of at least 2, found 1; choose a value in this range; the schema's default must be a value of its key"
    ),
    ("a.b: {type: choice, choices: [x], default: y, about: x}", "a.b: expected x, found 'y'; "),
    (
      "a.b: {type: integer, default: 1, about: x}\n  a.b.c: {type: integer, default: 1, about: x}",
      "s.yaml:4: 'a.b' can't be a key and the section of 'a.b.c'; rename one of the two"
    ),
    (
      "a.b: {type: integer, default: 1, about: x}\n  a.b: {type: integer, default: 1, about: x}",
      "s.yaml:4: the key 'a.b' is given twice, also at s.yaml:3; "
    ),
  ])
  func keys(key: String, part: String) throws {
    let message = try schemaRefusal(of: "format: 1\nkeys:\n  \(key)\n")
    #expect(message.contains(part), "\(message)")
    #expect(!message.contains("\n"))
  }
}
