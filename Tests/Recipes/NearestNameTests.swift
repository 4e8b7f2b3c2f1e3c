import Recipes
import Testing

@Suite("The nearest name")
struct NearestNameTests {
  @Test(arguments: [
    ("", "", 0), ("a", "", 1), ("", "abc", 3), ("same", "same", 0),
    ("epocs", "epochs", 1),  // one insertion
    ("epochss", "epochs", 1),  // one deletion
    ("epoxhs", "epochs", 1),  // one replacement
    ("eopchs", "epochs", 1),  // one swap of neighbours
    ("kitten", "sitting", 3),  // two replacements, one insertion
    ("ca", "abc", 3),  // a swapped pair is not edited again
    ("é", "e", 1),
  ])
  func distance(from source: String, to target: String, expected: Int) {
    #expect(editDistance(from: source, to: target) == expected)
    #expect(editDistance(from: target, to: source) == expected)
  }

  @Test(arguments: [
    ("resnet2", "resnet20"), ("Quikstart", "quickstart"), ("smal-cnn", "small-cnn"),
    ("zzz", nil), ("", nil), ("resent20", "resnet20"), ("q", nil),
  ])
  func nearestOf(word: String, expected: String?) {
    #expect(nearest(to: word, among: ["quickstart", "small-cnn", "resnet20"]) == expected)
  }

  @Test func theFirstOfTwoEquallyNear() {
    #expect(nearest(to: "bat", among: ["cat", "hat"]) == "cat")
    #expect(nearest(to: "x", among: []) == nil)
  }
}
