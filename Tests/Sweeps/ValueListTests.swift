import Sweeps
import Testing

/// `--set key=v1,v2,…`: which commas separate values.
@Suite struct ValueListTests {
  @Test(arguments: [
    ("0.05,0.1,0.2", ["0.05", "0.1", "0.2"]),
    ("3", ["3"]),
    ("[3,4],[5,6]", ["[3,4]", "[5,6]"]),
    ("[[1, 2], [3]],[]", ["[[1, 2], [3]]", "[]"]),
    (
      "{crop: {padding: 4, fill: zero}},{flip: {probability: 0.5}}",
      ["{crop: {padding: 4, fill: zero}}", "{flip: {probability: 0.5}}"]
    ),
    (#""a,b",'c,d',e"#, [#""a,b""#, "'c,d'", "e"]),
    (#""a\",b",c"#, [#""a\",b""#, "c"]),
    (#"["]",2],3"#, [#"["]",2]"#, "3"]),
    ("it's,that's", ["it's", "that's"]),
    (" a , b ", ["a", "b"]),
  ])
  func commasOutsideBracketsAndQuotesSplit(text: String, values: [String]) throws {
    #expect(try ValueList.split(text, key: "k") == values)
  }

  @Test(arguments: ["[1,2", "1]", "[1}", "\"a,b", "'a"])
  func whatIsNotClosedIsRefused(text: String) {
    #expect(throws: SweepError.unbalanced(key: "k", values: text)) {
      try ValueList.split(text, key: "k")
    }
  }

  @Test func emptyAndRepeatedValuesAreRefused() {
    for text in ["", "1,", ",1", "1,,2"] {
      #expect(throws: SweepError.emptyValue(key: "k", values: text)) {
        try ValueList.split(text, key: "k")
      }
    }
    #expect(throws: SweepError.repeatedValue(key: "k", value: "1")) {
      try ValueList.split("1,2,1", key: "k")
    }
  }
}
