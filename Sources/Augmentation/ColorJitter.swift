import Randomness

/// How far the colours of an image are changed at most; 0 leaves a property alone.
///
/// Brightness, contrast and saturation are multiplied by factors uniform in 1 ± the value, and not
/// below 0; the hue moves by a part of the colour circle uniform in ± the value. The four follow one
/// another in random order, as in torchvision's `ColorJitter`.
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

  /// Draws the order and the amounts. A property with the value 0 has no part in it: even a hue moved
  /// by nothing would change bytes, for its way through HSV rounds.
  public func changes(using stream: inout RandomStream) -> [ColorChange] {
    func factor(_ reach: Double, _ stream: inout RandomStream) -> Double {
      let lower = max(0, 1 - reach)
      return lower + (1 + reach - lower) * stream.uniform()
    }
    let order = stream.permutation(of: 4)
    let changes: [ColorChange] = [
      .brightness(factor(brightness, &stream)), .contrast(factor(contrast, &stream)),
      .saturation(factor(saturation, &stream)), .hue(stream.uniform(within: hue)),
    ]
    let reaches = [brightness, contrast, saturation, hue]
    return order.filter { reaches[$0] > 0 }.map { changes[$0] }
  }
}
