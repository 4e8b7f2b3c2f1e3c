import CheckedNumbers
import Foundation

/// An opaque sRGB colour.
public struct Color: Sendable, Equatable {
  public let red: UInt8
  public let green: UInt8
  public let blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour from its web notation: `Color(0x0072B2)`.
  public init(_ packed: UInt32) {
    precondition(packed <= 0xFF_FFFF, "a packed colour has 24 bits, found \(packed)")
    red = UInt8(packed >> 16)
    green = UInt8(packed >> 8 & 0xFF)
    blue = UInt8(packed & 0xFF)
  }

  /// The 24 bits as one integer, red in the highest byte, as for gnuplot's `rgb variable`.
  public var packed: Int { Int(red) << 16 | Int(green) << 8 | Int(blue) }

  /// `#0072b2`.
  public var webNotation: String {
    let digits = String(packed, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Interpolates linearly between this colour and `other`, separately for each channel, as
  /// gnuplot's `set palette defined` does.
  public func mixed(with other: Color, fraction: Double) -> Color {
    func channel(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8(rounding: Double(from) + (Double(to) - Double(from)) * min(max(fraction, 0), 1))
    }
    return Color(
      red: channel(red, other.red), green: channel(green, other.green),
      blue: channel(blue, other.blue))
  }

  /// Relative luminance, 0 for black to 1 for white.
  ///
  /// Source: Web Content Accessibility Guidelines 2.1, "relative luminance".
  public var luminance: Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The contrast of two colours, 1 for equal ones to 21 for black on white.
  ///
  ///     (lighter + 0.05) / (darker + 0.05)
  public func contrast(with other: Color) -> Double {
    let (lighter, darker) = (max(luminance, other.luminance), min(luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)
  }

  /// Black or white, whichever is more legible on this colour. The contrast is at least √21 ≈ 4.58.
  public var legibleInk: Color {
    contrast(with: Palette.black) >= contrast(with: Palette.white) ? Palette.black : Palette.white
  }
}

/// Colours that are distinguishable with all common colour-vision deficiencies.
///
/// Source: the named ones are Okabe and Ito's (2008, "Color universal design"); the series of ten
/// is Tol's "muted" scheme (2021, technical note SRON/EPS/TN/09-002) and black.
public enum Palette {
  public static let black = Color(0x000000)
  public static let white = Color(0xFFFFFF)
  public static let blue = Color(0x0072B2)
  public static let skyBlue = Color(0x56B4E9)
  public static let orange = Color(0xE69F00)
  public static let vermilion = Color(0xD55E00)
  public static let green = Color(0x009E73)
  public static let purple = Color(0xCC79A7)
  public static let grey = Color(0x707070)

  /// Ten colours for ten classes; `PointShape.allCases` distinguishes the lines in print.
  public static let categories: [Color] = [
    Color(0x332288), Color(0xCC6677), Color(0x117733), Color(0xDDAA33), Color(0x88CCEE),
    Color(0x882255), Color(0x44AA99), Color(0x999933), Color(0xAA4499), Color(0x000000),
  ]

  /// The ends of the scale from 0 to 1: white to dark blue.
  public static let scaleStart = Color(0xFFFFFF)
  public static let scaleEnd = Color(0x08306B)

  /// The colour of `fraction` (0 to 1) on that scale.
  public static func scale(_ fraction: Double) -> Color {
    scaleStart.mixed(with: scaleEnd, fraction: fraction)
  }
}
