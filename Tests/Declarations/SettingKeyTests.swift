import CheckedNumbers
import Declarations
import Foundation
import Testing

@Suite struct SettingKeyTests {
  private static let width = SettingKey("width", 1...8, default: 4, about: "channels")
  private static let share = SettingKey(
    "share", SettingRange(least: 0, below: 1), default: 0.5, about: "share")
  private static let rate = SettingKey(
    "first-rate", SettingRange(above: 0), default: 1, about: "rate")
  private static let ahead = SettingKey("ahead", default: false, about: "look ahead")
  private static let widths = SettingKey(
    "widths", each: 1...8, count: 1...3, default: [2, 4], about: "channels")

  @Test(
    arguments: [
      (width, 0, "0", "1 to 8"), (width, 9, "9", "1 to 8"),
      (width, 1.5, "1.5", "an integer, 1 to 8"), (width, "4", "4", "an integer, 1 to 8"),
      (share, 1, "1", "0 to less than 1"), (share, 1.0, "1.0", "0 to less than 1"),
      (share, -0.25, "-0.25", "0 to less than 1"),
      (share, .number(.nan), "nan", "0 to less than 1"),
      (share, true, "true", "a number, 0 to less than 1"), (rate, 0, "0", "above 0"),
      (rate, .number(.infinity), "inf", "above 0"), (ahead, 1, "1", "true or false"),
      (widths, .integers([]), "a list of 0", "1 to 3 widths"),
      (widths, .integers([1, 2, 3, 4]), "a list of 4", "1 to 3 widths"),
      (widths, .integers([1, 9]), "9", "1 to 8"),
      (widths, 3, "3", "a list of integers, each 1 to 8"),
    ] as [(any DeclaredKey, SettingValue, String, String)])
  func whatIsWrongIsSaid(
    _ key: any DeclaredKey, _ value: SettingValue, _ found: String, _ expected: String
  ) throws {
    let fault = try #require(key.fault(of: value))
    #expect(fault.found == found && fault.expected == expected, "\(fault)")
    let error = #expect(throws: SettingOutOfRange.self) { try key.check(value, in: "a.b.") }
    #expect(error?.key == "a.b.\(key.name)")
  }

  @Test(
    arguments: [
      (width, 1), (width, 8), (share, 0), (share, 0.75), (rate, 1e-300), (ahead, true),
      (widths, .integers([8])), (widths, .integers([1, 8, 1])),
    ] as [(any DeclaredKey, SettingValue)])
  func whatIsRightPasses(_ key: any DeclaredKey, _ value: SettingValue) throws {
    #expect(key.fault(of: value) == nil && key.hasType(of: value))
    try key.check(value, in: "")
  }

  @Test func whatIsLeftOutHasTheDefault() {
    var values: SettingValues = ["share": 0, "ahead": true, "widths": .integers([3])]
    #expect(values[Self.width] == 4 && values[Self.share] == 0)
    #expect(values[Self.ahead] && values[Self.widths] == [3])
    values[Self.width] = 7
    #expect(values["width"] == 7 && values[Self.width] == 7)
    values["width"] = nil
    #expect(values[Self.width] == 4)
  }

  /// Stages receive camelCase, checkpoints have kebab-case; null means that a key is left out.
  @Test(arguments: [
    #"{"width":3,"first-rate":0.5,"ahead":true,"widths":[1,2],"word":"x"}"#,
    #"{"width":3,"firstRate":0.5,"ahead":true,"widths":[1,2],"word":"x","share":null}"#,
  ])
  func objectsAreRead(_ json: String) throws {
    let values = try JSONDecoder().decode(SettingValues.self, from: Data(json.utf8))
    #expect(
      values == [
        "width": 3, "first-rate": 0.5, "ahead": true, "widths": .integers([1, 2]), "word": "x",
      ])
  }

  @Test(arguments: [#"{"a":{"b":1}}"#, #"{"a":["x"]}"#, #"{"a":[1.5]}"#, "[]", "3"])
  func otherObjectsAreNot(_ json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SettingValues.self, from: Data(json.utf8))
    }
  }

  /// The bytes of a checkpoint do not depend on whether a number was given as 0 or 0.0.
  @Test(
    arguments: [
      (["share": 0, "width": 3], #"{"share":0,"width":3}"#),
      (["share": 0.0, "width": 3], #"{"share":0,"width":3}"#),
      (["share": 0.25], #"{"share":0.25}"#),
      (["widths": .integers([8, 16])], #"{"widths":[8,16]}"#), ([:], "{}"),
    ] as [(SettingValues, String)])
  func objectsAreWritten(_ values: SettingValues, _ json: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    #expect(String(decoding: try encoder.encode(values), as: UTF8.self) == json)
  }
}
