import Datasets
import Foundation
import Testing
import Training

@Suite struct ClassWeightsTests {
  private func images(_ labels: [UInt16]) -> ImageSet {
    ImageSet(
      images: [UInt8](repeating: 0, count: labels.count * 3_072), labels: labels, side: 32,
      classNames: ["a", "b", "c"], dataStatus: .generated, source: .shapes)
  }

  /// 6 images, two classes present: 6 / (2 · 4) and 6 / (2 · 2); a class without images gets 0.
  @Test func balancedClassesCountAlike() throws {
    let weights = try ClassWeights.balanced.weights(for: images([0, 0, 2, 0, 2, 0]))
    #expect(weights == [0.75, 0, 1.5])
    #expect(try ClassWeights.none.weights(for: images([0])) == [])
  }

  @Test func weightsAreOneAClass() throws {
    #expect(try ClassWeights.given([1, 2, 3]).weights(for: images([0])) == [1, 2, 3])
    #expect(throws: TrainingError.classWeights(found: 2, classes: ["a", "b", "c"])) {
      try ClassWeights.given([1, 2]).weights(for: images([0]))
    }
  }

  @Test(arguments: [
    ("\"none\"", ClassWeights.none), ("\"balanced\"", .balanced), ("[1, 0.5]", .given([1, 0.5])),
  ])
  func recipesNameThem(_ json: String, _ expected: ClassWeights) throws {
    #expect(try JSONDecoder().decode(ClassWeights.self, from: Data(json.utf8)) == expected)
  }
}
