/// A colour as bytes of red, green and blue.
struct RGBColor: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// ITU-R 601-2 luma in 16-bit fixed point, as in PIL's conversion to "L".
  var grey: UInt8 {
    let sum: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
    return UInt8((sum + 0x8000) >> 16)
  }
}

/// A colour as bytes of hue (255 is a full circle from red via green and blue), saturation and
/// value, with the rounding of PIL's "HSV" images: like PIL's Convert.c, it mixes float and double
/// precision.
struct HSVColor: Sendable, Equatable {
  var hue: UInt8
  var saturation: UInt8
  var value: UInt8

  init(_ color: RGBColor) {
    let largest = max(color.red, color.green, color.blue)
    let least = min(color.red, color.green, color.blue)
    value = largest
    guard largest > least else {
      (hue, saturation) = (0, 0)
      return
    }
    let spread = Float(largest - least)
    func distance(_ channel: UInt8) -> Float { Float(largest - channel) / spread }
    let (red, green, blue) = (distance(color.red), distance(color.green), distance(color.blue))
    // In sixths of the circle, from −1 to 5.
    let sixths: Float =
      if color.red == largest {
        blue - green
      } else if color.green == largest {
        Float(2 + Double(red) - Double(blue))
      } else {
        Float(4 + Double(green) - Double(red))
      }
    let turn = (Double(sixths) / 6 + 1).truncatingRemainder(dividingBy: 1)
    hue = UInt8(Double(Float(turn)) * 255)
    saturation = UInt8(Double(spread / Float(largest)) * 255)
  }
}

extension RGBColor {
  init(_ color: HSVColor) {
    let value = color.value
    guard color.saturation > 0 else {
      self.init(red: value, green: value, blue: value)
      return
    }
    let saturation = Float(Double(color.saturation) / 255)
    let sixths = Double(color.hue) * 6 / 255
    let sector = Int(sixths)
    let part = Float(sixths - Double(sector))
    func shade(_ fraction: Double) -> UInt8 { UInt8((Double(value) * (1 - fraction)).rounded()) }
    let low = shade(Double(saturation))
    let falling = shade(Double(saturation * part))
    let rising = shade(Double(saturation) * (1 - Double(part)))
    switch sector % 6 {
    case 0: self.init(red: value, green: rising, blue: low)
    case 1: self.init(red: falling, green: value, blue: low)
    case 2: self.init(red: low, green: value, blue: rising)
    case 3: self.init(red: low, green: falling, blue: value)
    case 4: self.init(red: rising, green: low, blue: value)
    default: self.init(red: value, green: low, blue: falling)
    }
  }
}
