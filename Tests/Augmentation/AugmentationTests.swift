import Augmentation
import Foundation
import Randomness
import TestSupport
import Testing

/// Crop and flip, compared with slices of padded arrays.
@Suite struct AugmentationTests {
  /// An image `[channels, side, side]` whose bytes differ by position and are never zero.
  private func image(channels: Int, side: Int) -> [UInt8] {
    (0..<channels * side * side).map { UInt8(1 + $0 * 37 % 251) }
  }

  private func shifted(
    _ image: [UInt8], channels: Int, side: Int, top: Int, left: Int, fill: CropFill
  ) -> [UInt8] {
    var target = [UInt8](repeating: 0xEE, count: image.count)
    Augmentation.shift(
      image, into: &target, channels: channels, side: side, top: top, left: left, fill: fill)
    return target
  }

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

  /// `numpy.pad(plane, padding, mode)`: rows first, then columns, each line padded at both ends.
  private func padded(_ plane: [[UInt8]], by padding: Int, _ fill: CropFill) -> [[UInt8]] {
    func pad<Element>(_ line: [Element], zero: Element) -> [Element] {
      switch fill {
      case .zero:
        let zeros = [Element](repeating: zero, count: padding)
        return zeros + line + zeros
      case .reflect:
        // As in NumPy, the first and last elements are not repeated: [2, 1, | 0, 1, 2, | 1, 0].
        return line[1..<1 + padding].reversed() + line + line.dropLast().suffix(padding).reversed()
      }
    }
    let empty = [UInt8](repeating: 0, count: plane[0].count)
    return pad(plane, zero: empty).map { pad($0, zero: 0) }
  }

  private func planes(_ image: [UInt8], channels: Int, side: Int) -> [[[UInt8]]] {
    (0..<channels).map { channel in
      (0..<side).map { row in
        let first = (channel * side + row) * side
        return Array(image[first..<first + side])
      }
    }
  }

  private func window(
    _ image: [UInt8], channels: Int, side: Int, padding: Int, row: Int, column: Int, fill: CropFill
  ) -> [UInt8] {
    planes(image, channels: channels, side: side).flatMap { plane in
      padded(plane, by: padding, fill)[row..<row + side].flatMap { $0[column..<column + side] }
    }
  }

  @Test(
    arguments: [(1, 2, 1), (3, 5, 1), (3, 5, 4), (2, 7, 3), (3, 8, 7)], [CropFill.zero, .reflect])
  func everyWindowIsThatOfThePaddedImage(_ size: (Int, Int, Int), _ fill: CropFill) {
    let (channels, side, padding) = size
    let image = image(channels: channels, side: side)
    for row in 0...2 * padding {
      for column in 0...2 * padding {
        let actual = shifted(
          image, channels: channels, side: side, top: row - padding, left: column - padding,
          fill: fill)
        let expected = window(
          image, channels: channels, side: side, padding: padding, row: row, column: column,
          fill: fill)
        expectIdentical(actual, expected, "\(size) \(fill) at (\(row), \(column))")
      }
    }
  }

  /// Two windows of `torch.nn.functional.pad(x, (2, 2, 2, 2), mode="reflect")` for 0 … 15.
  @Test func reflectionIsPyTorchs() {
    let image = (0..<16).map { UInt8($0) }
    expectIdentical(
      shifted(image, channels: 1, side: 4, top: -2, left: -2, fill: .reflect),
      [10, 9, 8, 9, 6, 5, 4, 5, 2, 1, 0, 1, 6, 5, 4, 5], "two pixels up and left")
    expectIdentical(
      shifted(image, channels: 1, side: 4, top: 1, left: 2, fill: .reflect),
      [6, 7, 6, 5, 10, 11, 10, 9, 14, 15, 14, 13, 10, 11, 10, 9], "one down, two right")
  }

  /// Random crops are windows of the padded image, and all 81 positions are about equally likely.
  @Test(arguments: [CropFill.zero, .reflect])
  func cropsReachEveryPlace(_ fill: CropFill) {
    let (channels, side, padding) = (1, 32, 4)
    let image = image(channels: channels, side: side).enumerated().map { position, _ in
      UInt8(1 + (position / side * 7 + position % side * 31) % 253)
    }
    var places: [[UInt8]: Int] = [:]
    for row in 0...2 * padding {
      for column in 0...2 * padding {
        let window = window(
          image, channels: channels, side: side, padding: padding, row: row, column: column,
          fill: fill)
        places[window] = row * 9 + column
      }
    }
    #expect(places.count == 81, "the example tells all places apart")
    var counts = [Int](repeating: 0, count: 81)
    for index in 0..<8_100 {
      let crop = applied(
        .crop(padding: padding, fill: fill), to: image, channels: channels, side: side,
        index: index)
      guard let place = places[crop] else {
        Issue.record("crop \(index) is no window of the padded image")
        return
      }
      counts[place] += 1
    }
    let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    #expect(chiSquared < 80 + 5 * 160.0.squareRoot())
  }

  @Test(arguments: [(1, 1), (1, 2), (3, 5), (2, 8)])
  func flipMirrorsEveryLine(_ channels: Int, _ side: Int) {
    let image = image(channels: channels, side: side)
    let expected = planes(image, channels: channels, side: side).flatMap { plane in
      plane.flatMap { $0.reversed() }
    }
    let actual = applied(
      .flip(probability: 1), to: image, channels: channels, side: side, index: 0)
    expectIdentical(actual, expected, "mirrored \(channels)×\(side)×\(side)")
  }

  @Test(arguments: [0, 0.25, 0.5, 1])
  func flipsAreAsFrequentAsAsked(_ probability: Double) {
    let image = image(channels: 1, side: 2)
    let mirrored = [image[1], image[0], image[3], image[2]]
    let count = 4_000
    let flips = (0..<count).count { index in
      let result = applied(
        .flip(probability: probability), to: image, channels: 1, side: 2, index: index)
      #expect(result == image || result == mirrored)
      return result == mirrored
    }
    let deviation = (probability * (1 - probability) * Double(count)).squareRoot()
    #expect(abs(Double(flips) - probability * Double(count)) <= 4 * deviation)
  }

  /// Every image is mirrored in one of two epochs, half of the images in the first, whatever the
  /// stream.
  @Test func anAlternatingFlipTurnsEveryEpoch() {
    let image = image(channels: 1, side: 2)
    let mirrored = [image[1], image[0], image[3], image[2]]
    func isMirrored(seed: Int, epoch: Int, index: Int) -> Bool {
      let origin = ImageOrigin(seed: seed, epoch: epoch, index: index)
      var stream = origin.stream
      var target = [UInt8](repeating: 0xEE, count: image.count)
      Augmentation.alternatingFlip.apply(
        image, into: &target, channels: 1, side: 2, of: origin, using: &stream)
      #expect(target == image || target == mirrored)
      var unused = origin.stream
      #expect(stream.next() == unused.next(), "it draws nothing that others would draw")
      return target == mirrored
    }
    let count = 2_000
    let first = (0..<count).map { isMirrored(seed: 3, epoch: 1, index: $0) }
    for epoch in 2...7 {
      let now = (0..<count).map { isMirrored(seed: 3, epoch: epoch, index: $0) }
      #expect(now == (epoch % 2 == 1 ? first : first.map { !$0 }), "epoch \(epoch)")
    }
    // Four standard deviations of the binomial distribution of 2,000 draws.
    #expect(abs(first.count { $0 } - count / 2) <= 90)
    let other = (0..<count).map { isMirrored(seed: 4, epoch: 1, index: $0) }
    #expect(abs(zip(first, other).count { $0 == $1 } - count / 2) <= 90, "another seed")
  }

  @Test func settingsNameOneChange() throws {
    func decode(_ text: String) throws -> Augmentation {
      try JSONDecoder().decode(Augmentation.self, from: Data(text.utf8))
    }
    #expect(
      try decode(#"{"crop": {"padding": 4, "fill": "reflect"}}"#)
        == .crop(padding: 4, fill: .reflect))
    #expect(try decode(#"{"flip": {"probability": 0.5}}"#) == .flip(probability: 0.5))
    #expect(try decode(#"{"alternatingFlip": {}}"#) == .alternatingFlip)
    #expect(try decode(#"{"resize": {}}"#) == .resize)
    #expect(try decode(#"{"rotate": {"degrees": 15}}"#) == .rotate(degrees: 15))
    #expect(
      try decode(#"{"affine": {"degrees": 15, "translate": 0.1, "scale": [0.9, 1.1]}}"#)
        == .affine(degrees: 15, translate: 0.1, scale: 0.9..<1.1))
    #expect(
      try decode(#"{"affine": {"degrees": 0, "translate": 0, "scale": [1.1, 0.9]}}"#)
        == .affine(degrees: 0, translate: 0, scale: 0.9..<1.1), "in either order")
    let colors = #"{"brightness": 0.2, "contrast": 0.3, "saturation": 0.4, "hue": 0.1}"#
    #expect(
      try decode(#"{"colorJitter": \#(colors)}"#)
        == .colorJitter(
          ColorJitter(brightness: 0.2, contrast: 0.3, saturation: 0.4, hue: 0.1)))
    #expect(
      try decode(#"{"cutout": {"side": 8, "fill": "zero"}}"#) == .cutout(side: 8, fill: .zero))
    for text in [
      "{}", #"{"shear": {"degrees": 15}}"#, #"{"crop": {"padding": 4}}"#,
      #"{"affine": {"degrees": 15, "translate": 0.1, "scale": [0.9, 1, 1.1]}}"#,
      #"{"affine": {"degrees": 15, "translate": 0.1, "scale": [1.1]}}"#,
      #"{"crop": {"padding": 4, "fill": "wrap"}}"#,
      #"{"crop": {"padding": 4, "fill": "zero"}, "flip": {"probability": 0.5}}"#,
    ] {
      #expect(throws: DecodingError.self, "\(text)") { try decode(text) }
    }
  }
}
