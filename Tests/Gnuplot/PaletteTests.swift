import Gnuplot
import Testing

@Suite struct PaletteTests {
  @Test(arguments: 0...100)
  func inkIsLegibleOnEveryShade(_ percent: Int) {
    let shade = Palette.scale(Double(percent) / 100)
    #expect(shade.contrast(with: shade.legibleInk) >= 4.5)
  }

  @Test func categoriesAreDistinct() {
    #expect(Set(Palette.categories.map(\.packed)).count == 10)
    #expect(Set(PointShape.allCases.map(\.rawValue)).count == 10)
    for color in Palette.categories { #expect(color.contrast(with: Palette.white) > 1.5) }
  }
}
