import Augmentation
import Randomness
import TestSupport
import Testing

/// The draws of random augmentations, tested by their effects on images.
@Suite struct DrawTests {
  private func applied(
    _ augmentation: Augmentation, to image: [UInt8], channels: Int, side: Int, index: Int
  ) -> [UInt8] {
    var stream = RandomStream(seed: 5, purpose: "test", index: index)
    var target = [UInt8](repeating: 0xEE, count: image.count)
    augmentation.apply(
      image, into: &target, channels: channels, side: side,
      of: ImageOrigin(seed: 5, epoch: 1, index: index), using: &stream)
    return target
  }

  private func image(channels: Int, side: Int) -> [UInt8] {
    (0..<channels * side * side).map { UInt8(1 + ($0 * 37 + $0 / side * 101) % 253) }
  }

  /// Options of an item must not change the draws of later items.
  @Test func optionsLeaveTheDrawsOfOthersAlone() {
    let jitters = [
      ColorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0),
      ColorJitter(brightness: 0.2, contrast: 2, saturation: 0.1, hue: 0.5),
    ]
    let pairs: [(Augmentation, Augmentation)] = [
      (.crop(padding: 1, fill: .zero), .crop(padding: 4, fill: .reflect)),
      (.flip(probability: 0), .flip(probability: 1)),
      (.rotate(degrees: 0), .rotate(degrees: 180)),
      (
        .affine(degrees: 0, translate: 0, scale: 1..<1),
        .affine(degrees: 30, translate: 0.5, scale: 0.5..<2)
      ),
      (.colorJitter(jitters[0]), .colorJitter(jitters[1])),
      (.cutout(side: 1, fill: .zero), .cutout(side: 7, fill: .zero)),
    ]
    let pixels = image(channels: 3, side: 8)
    for (first, second) in pairs {
      let next = [first, second].map { augmentation in
        var stream = RandomStream(seed: 1, purpose: "test")
        var target = pixels
        augmentation.apply(
          pixels, into: &target, channels: 3, side: 8,
          of: ImageOrigin(seed: 1, epoch: 1, index: 0), using: &stream)
        return stream.next()
      }
      #expect(next[0] == next[1], "\(first.kind)")
    }
  }

  @Test(
    arguments: [
      .resize, .rotate(degrees: 0), .affine(degrees: 0, translate: 0, scale: 1..<1),
      .colorJitter(ColorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0)),
    ] as [Augmentation], [1, 2, 5, 32])
  func withoutReachNothingChanges(_ augmentation: Augmentation, _ side: Int) {
    let pixels = image(channels: 3, side: side)
    for index in 0..<5 {
      expectIdentical(
        applied(augmentation, to: pixels, channels: 3, side: side, index: index), pixels,
        "\(augmentation) at side \(side)")
    }
  }

  /// A bright square right of the centre shows the angle of rotation: it is symmetric and never
  /// exceeds the limit.
  @Test func turnsAreUniform() {
    let (side, reach, count) = (101, 40.0, 2_000)
    var pixels = [UInt8](repeating: 0, count: side * side)
    for row in 48...52 { for column in 88...92 { pixels[row * side + column] = 200 } }
    var sixths = [Int](repeating: 0, count: 6)
    for index in 0..<count {
      let turned = applied(
        .rotate(degrees: reach), to: pixels, channels: 1, side: side, index: index)
      let bright = turned.indices.filter { turned[$0] > 0 }
      let x = bright.reduce(0) { $0 + $1 % side - 50 }
      let y = bright.reduce(0) { $0 + $1 / side - 50 }
      // The tangent of the angle, upwards.
      let tangent = -Double(y) / Double(x)
      #expect(x > 0 && abs(tangent) < 0.86, "tan 40° is 0.839")
      // Tangents of −40, −26.7, −13.3, 0, 13.3, 26.7 and 40 degrees.
      let bounds = [-0.502, -0.237, 0, 0.237, 0.502]
      sixths[bounds.count { tangent > $0 }] += 1
    }
    let expected = Double(count) / 6
    let chiSquared = sixths.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    #expect(chiSquared / expected < 5 + 5 * 10.0.squareRoot(), "\(sixths)")
  }

  /// A tenth of 32 pixels is 3.2. After rounding, ±3 comes from the range 2.5 to 3.2, the other
  /// values from a whole pixel each.
  @Test func translationsAreWholePixels() {
    let (side, count) = (32, 3_000)
    let pixels = image(channels: 1, side: side)
    var places: [[UInt8]: Int] = [:]
    for right in -3...3 {
      for down in -3...3 {
        var shifted = pixels
        Augmentation.shift(
          pixels, into: &shifted, channels: 1, side: side, top: -down, left: -right, fill: .zero)
        places[shifted] = (down + 3) * 7 + right + 3
      }
    }
    #expect(places.count == 49, "the example tells all places apart")
    var counts = [Int](repeating: 0, count: 49)
    for index in 0..<count {
      let moved = applied(
        .affine(degrees: 0, translate: 0.1, scale: 1..<1), to: pixels, channels: 1, side: side,
        index: index)
      guard let place = places[moved] else {
        Issue.record("draw \(index) is no shift by at most 3 pixels")
        return
      }
      counts[place] += 1
    }
    let fraction = [0.7, 1, 1, 1, 1, 1, 0.7].map { $0 / 6.4 }
    let chiSquared = counts.enumerated().reduce(0.0) { sum, entry in
      let expected = Double(count) * fraction[entry.offset / 7] * fraction[entry.offset % 7]
      let error = Double(entry.element) - expected
      return sum + error * error / expected
    }
    #expect(chiSquared < 48 + 5 * 96.0.squareRoot(), "\(counts)")
  }

  /// At twice the size, the middle half is visible; at half the size, the image has a black frame.
  @Test func scalesAreInTheirRange() {
    let side = 40
    let pixels = [UInt8](repeating: 9, count: side * side)
    let sizes = (0..<500).map { index in
      let scaled = applied(
        .affine(degrees: 0, translate: 0, scale: 0.5..<0.75), to: pixels, channels: 1, side: side,
        index: index)
      return Double(scaled.count { $0 == 9 }).squareRoot()
    }
    #expect(sizes.allSatisfy { (19.5...30.5).contains($0) })
    let mean = sizes.reduce(0, +) / 500
    // A uniform size from 20 to 30 has a deviation of 2.9, so the mean of 500 has one of 0.13.
    #expect(abs(mean - 25) < 0.6)
  }

  /// A square of side 3 whose centre is any pixel; at the border, part of it is outside the image.
  @Test(arguments: [(5, 3), (4, 4), (6, 1), (3, 8)])
  func cutoutsAreSquaresAboutAnyPixel(_ side: Int, _ size: Int) {
    let pixels = image(channels: 2, side: side)
    var expected: [[UInt8]] = []
    for row in 0..<side {
      for column in 0..<side {
        var cut = pixels
        for y in max(row - size / 2, 0)..<min(row - size / 2 + size, side) {
          for x in max(column - size / 2, 0)..<min(column - size / 2 + size, side) {
            cut[y * side + x] = 0
            cut[side * side + y * side + x] = 0
          }
        }
        expected.append(cut)
      }
    }
    let found = Set(
      (0..<1_000).map { index in
        applied(
          .cutout(side: size, fill: .zero), to: pixels, channels: 2, side: side, index: index)
      })
    #expect(found == Set(expected))
  }
}
