import Augmentation
import Randomness
import Testing

/// The drawn order and amounts, and the effect of the changes on simple colours.
@Suite struct ColorJitterTests {
  private let jitter = ColorJitter(brightness: 0.2, contrast: 0.5, saturation: 2, hue: 0.1)

  private func changes(_ jitter: ColorJitter, index: Int) -> [ColorChange] {
    var stream = RandomStream(seed: 5, purpose: "test", index: index)
    return jitter.changes(using: &stream)
  }

  private func name(_ change: ColorChange) -> String {
    switch change {
    case .brightness: "brightness"
    case .contrast: "contrast"
    case .saturation: "saturation"
    case .hue: "hue"
    }
  }

  @Test func everyOrderIsAsLikely() {
    let count = 4_800
    var orders: [[String]: Int] = [:]
    for index in 0..<count { orders[changes(jitter, index: index).map(name), default: 0] += 1 }
    #expect(orders.count == 24)
    let chiSquared = orders.values.reduce(0.0) { $0 + Double(($1 - 200) * ($1 - 200)) / 200 }
    #expect(chiSquared < 23 + 5 * 46.0.squareRoot())
  }

  /// Deciles of each amount's range. The range of a saturation of 2 is 0 to 3, not −1 to 3.
  @Test func amountsAreUniform() {
    let count = 2_000
    var deciles: [String: [Int]] = [:]
    for index in 0..<count {
      for change in changes(jitter, index: index) {
        let fraction =
          switch change {
          case .brightness(let factor): (factor - 0.8) / 0.4
          case .contrast(let factor): (factor - 0.5) / 1
          case .saturation(let factor): factor / 3
          case .hue(let fraction): (fraction + 0.1) / 0.2
          }
        #expect(fraction >= 0 && fraction < 1, "\(change)")
        deciles[name(change), default: [Int](repeating: 0, count: 10)][Int(fraction * 10)] += 1
      }
    }
    for (name, counts) in deciles {
      let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 200) * ($1 - 200)) / 200 }
      #expect(chiSquared < 9 + 5 * 18.0.squareRoot(), "\(name) \(counts)")
    }
    #expect(deciles.count == 4)
  }

  @Test func whatHasNoReachHasNoPart() {
    let hueOnly = ColorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0.1)
    let others = ColorJitter(brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0)
    for index in 0..<20 {
      #expect(changes(hueOnly, index: index).map(name) == ["hue"])
      #expect(
        Set(changes(others, index: index).map(name)) == ["brightness", "contrast", "saturation"])
    }
  }

  /// One pixel each, red, green, blue.
  @Test(
    arguments: [
      (.hue(1.0 / 3), [255, 0, 0], [0, 255, 0], "a third of a turn from red is green"),
      (.hue(-1.0 / 3), [255, 0, 0], [0, 0, 255], "a third of a turn back is blue"),
      (.hue(0.5), [255, 0, 0], [0, 255, 255], "half a turn is the complement"),
      (.hue(0.3), [90, 90, 90], [90, 90, 90], "grey has no hue"),
      (.brightness(0), [10, 20, 30], [0, 0, 0], "black"),
      (.brightness(1.5), [10, 20, 250], [15, 30, 255], "cut at white"),
      (.saturation(0), [255, 0, 0], [76, 76, 76], "the grey of red, 0.299 · 255"),
      (.contrast(0), [0, 255, 0], [150, 150, 150], "the mean grey, 0.587 · 255"),
    ] as [(ColorChange, [UInt8], [UInt8], String)])
  func simpleColours(
    _ change: ColorChange, _ before: [UInt8], _ after: [UInt8], _ why: String
  ) {
    var pixel = before
    change.apply(to: &pixel, pixelCount: 1)
    // One step of a hue byte changes a channel by six levels.
    let loss = if case .hue = change { 6 } else { 0 }
    for (found, expected) in zip(pixel, after) {
      #expect(abs(Int(found) - Int(expected)) <= loss, "\(change): \(pixel), \(why)")
    }
  }
}
