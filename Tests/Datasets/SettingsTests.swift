import Datasets
import Foundation
import Testing

@Suite struct SettingsTests {
  private func dataset(_ source: String, url: String = "null", archive: String = "null") throws
    -> DatasetSettings
  {
    let text = """
      {"source": "\(source)", "url": \(url), "archive": \(archive), "seed": 7, "trainingImages": 20,
       "testImages": 10, "labels": "coarse", "side": 48, "validationFraction": 0.2,
       "testFraction": 0.1, "strict": true}
      """
    return try JSONDecoder().decode(DatasetSettings.self, from: Data(text.utf8))
  }

  @Test func eachSourceIsFound() throws {
    guard case .drawn(let shapes, 20, 10) = try dataset("shapes").location() else {
      Issue.record("shapes are not drawn")
      return
    }
    #expect(shapes.seed == 7)
    guard case .cifar(.cifar10, .official) = try dataset("cifar-10").location() else {
      Issue.record("not the official address")
      return
    }
    guard
      case .cifar(.cifar10, .local("x")) = try dataset("cifar-10", archive: #""x""#).location(),
      case .cifar(.cifar10, .address("y")) = try dataset("cifar-10", url: #""y""#).location()
    else {
      Issue.record("not the address that was given")
      return
    }
  }

  @Test func addressesThatContradictAreRefused() throws {
    #expect(throws: DatasetSettingsError.unusedAddress(key: "archive", value: "x", source: .shapes))
    {
      try dataset("shapes", archive: #""x""#).location()
    }
    #expect(throws: DatasetSettingsError.unusedAddress(key: "url", value: "x", source: .shapes)) {
      try dataset("shapes", url: #""x""#).location()
    }
    #expect(throws: DatasetSettingsError.twoAddresses(url: "u", archive: "a")) {
      try dataset("cifar-10", url: #""u""#, archive: #""a""#).location()
    }
  }

  @Test(arguments: ["folder", "arrays"]) func ownDataLieOnThisMachine(source: String) throws {
    switch try dataset(source, archive: #""x""#).location() {
    case .folder("x") where source == "folder", .arrays("x") where source == "arrays": break
    case let other: Issue.record("\(other) is not the path that was given")
    }
    let known = try #require(DataSource(rawValue: source))
    #expect(throws: DatasetSettingsError.noArchive(known)) { try dataset(source).location() }
    #expect(throws: DatasetSettingsError.unusedAddress(key: "url", value: "u", source: known)) {
      try dataset(source, url: #""u""#).location()
    }
    #expect(try dataset(source, archive: #""x""#).classCount == nil)
    #expect(try dataset("cifar-100").classCount == 20, "coarse labels")
  }

  @Test func validationIsANumberOrTest() throws {
    func validation(_ text: String) throws -> Split.Validation? {
      let text = #"{"kind": "last", "seed": 1, "validation": \#(text)}"#
      return try JSONDecoder().decode(SplitSettings.self, from: Data(text.utf8)).validation
    }
    #expect(try validation("5000") == .images(5_000))
    #expect(try validation(#""test""#) == .test)
    #expect(try validation("null") == nil)
    for wrong in [#""train""#, "0.5"] {
      #expect(throws: DecodingError.self) { try validation(wrong) }
    }
  }

  @Test func eachNormalisationHasItsConstants() throws {
    let statistics = ChannelStatistics(of: imageSet(labels: [1, 2]))
    func normalization(_ settings: PreprocessSettings) throws -> Normalization {
      try settings.normalization(statistics)
    }
    #expect(try normalization(PreprocessSettings(normalize: .perImage)) == .perImage)
    #expect(
      try normalization(PreprocessSettings(normalize: .half))
        == .constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    #expect(
      try normalization(PreprocessSettings(normalize: .statistics))
        == .constants(mean: statistics.mean.map(Float.init), std: statistics.std.map(Float.init)))
    #expect(
      try normalization(
        PreprocessSettings(normalize: .constants, mean: [0, 0.5, 1], std: [0.5, 0.25, 1e-7]))
        == .constants(mean: [0, 0.5, 1], std: [0.5, 0.25, 1e-7]))
  }

  @Test func constantsThatCannotBeUsedAreRefused() throws {
    let statistics = ChannelStatistics(of: imageSet(labels: [1]) { _, _ in 9 })
    func normalization(_ mean: [Double]?, _ std: [Double]?) throws -> Normalization {
      try PreprocessSettings(normalize: .constants, mean: mean, std: std).normalization(statistics)
    }
    #expect(throws: DatasetSettingsError.missingConstants(key: "mean")) {
      try normalization(nil, [0.5, 0.5, 0.5])
    }
    #expect(throws: DatasetSettingsError.missingConstants(key: "std")) {
      try normalization([1, 1, 1], nil)
    }
    for mean in [[1, 1], [125, 123, 114], [0, 0, 1.001], [-0.1, 0, 0], [.nan, 0, 0]] {
      #expect {
        try normalization(mean, [0.5, 0.5, 0.5])
      } throws: { error in
        guard case .constants("mean", _, "from 0 to 1") = error as? DatasetSettingsError
        else { return false }
        return "\(error)".contains("in units of pixel/255")
      }
    }
    // 1e-46 is 0 in float32, and the reciprocal of 1e-40 is infinite.
    for std in [
      [63, 62, 67], [0.2, 0.2, 0.51], [1e-46, 1, 1], [1e-40, 0.2, 0.2], [-0.2, 0.2, 0.2],
    ] {
      #expect {
        try normalization([0.5, 0.5, 0.5], std)
      } throws: { error in
        guard case .constants("std", std, _) = error as? DatasetSettingsError else { return false }
        return true
      }
    }
    #expect(throws: DatasetSettingsError.deviation(found: [1, 0, 1])) {
      try normalization([1, 1, 1], [1, 0, 1])
    }
    #expect(throws: DatasetSettingsError.deviation(found: [0, 0, 0])) {
      try PreprocessSettings(normalize: .statistics).normalization(statistics)
    }
  }
}
