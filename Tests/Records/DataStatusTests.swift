import Records
import Testing

@Suite struct DataStatusTests {
  /// The words are used in files of all versions.
  @Test func theWordsAreThoseOfTheFormat() {
    #expect(DataStatus.allCases.map(\.rawValue) == ["official", "unverified", "own", "generated"])
    #expect(SelectionKind.allCases.map(\.rawValue) == ["listed", "fallback"])
    #expect(SelectionKind.key == "selection")
  }

  @Test func onlyUnverifiedDataNeedAWarning() {
    #expect(DataStatus.allCases.filter { $0.warning != nil } == [.unverified])
    #expect(DataStatus.unverified.reservation == "unverified data")
    #expect(
      DataStatus.unverified.warning
        == "unverified data: not an official CIFAR archive, so figures may differ from published ones"
    )
  }

  @Test(arguments: [
    ([DataStatus.official, .own], DataStatus.own), ([.generated, .official], .generated),
    ([.own, .unverified, .generated], .unverified), ([.generated, .own], .own), ([], nil),
  ])
  func theLeastTrustworthyCounts(_ statuses: [DataStatus], _ expected: DataStatus?) {
    #expect(DataStatus.leastTrustworthy(of: statuses) == expected)
  }
}
