import Randomness

/// The largest random change of each colour property; 0 leaves a property unchanged.
///
/// Brightness, contrast and saturation are multiplied by factors uniform in 1 ± the value, at least
/// 0; the hue is shifted by a fraction of the colour circle uniform in ± the value. The four
/// changes are applied in random order, as in torchvision's `ColorJitter`.
public struct ColorJitter: Sendable, Equatable, Decodable {
  public let brightness: Double
  public let contrast: Double
  public let saturation: Double
  public let hue: Double

  public init(brightness: Double, contrast: Double, saturation: Double, hue: Double) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// The changes of one image, in order.
  public func changes(using stream: inout RandomStream) -> [ColorChange] {
    var changes: [ColorChange] = []
    forEachChange(using: &stream) { changes.append($0) }
    return changes
  }

  /// Draws the order and the amounts, and visits the changes. A property with the value 0 is
  /// skipped: even a hue shift of zero would change bytes, because the conversion through HSV
  /// rounds.
  func forEachChange(using stream: inout RandomStream, _ visit: (ColorChange) -> Void) {
    func factor(_ reach: Double, _ stream: inout RandomStream) -> Double {
      let lower = max(0, 1 - reach)
      return lower + (1 + reach - lower) * stream.uniform()
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 4) { order in
      for place in 0..<4 { order.initializeElement(at: place, to: place) }
      stream.shuffle(order)
      let brightness = factor(self.brightness, &stream)
      let contrast = factor(self.contrast, &stream)
      let saturation = factor(self.saturation, &stream)
      let hue = stream.uniform(within: self.hue)
      for property in order {
        switch property {
        case 0: if self.brightness > 0 { visit(.brightness(brightness)) }
        case 1: if self.contrast > 0 { visit(.contrast(contrast)) }
        case 2: if self.saturation > 0 { visit(.saturation(saturation)) }
        default: if self.hue > 0 { visit(.hue(hue)) }
        }
      }
    }
  }
}
