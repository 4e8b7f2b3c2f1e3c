/// The type of an element as feature maps store it.
public protocol MapElement: Sendable {
  /// The precision of maps that store this type.
  static var precision: Precision { get }

  /// The nearest representable value.
  init(_ value: Float)

  /// The value as a float, exact.
  var float: Float { get }
}

extension Float: MapElement {
  @inlinable public static var precision: Precision { .float32 }
  @inlinable public var float: Float { self }
}

/// The upper half of a float32: sign, exponent and seven bits of fraction. This gives eight
/// significant bits over the whole range of float32.
@frozen public struct BFloat16: MapElement, Equatable {
  public var bitPattern: UInt16

  @inlinable public static var precision: Precision { .bfloat16 }

  @inlinable public init(bitPattern: UInt16) {
    self.bitPattern = bitPattern
  }

  /// Rounds to nearest, ties to even; NaN stays NaN.
  @inlinable public init(_ value: Float) {
    let bits = value.bitPattern
    let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
    let rounded = bits &+ 0x7FFF &+ (bits >> 16 & 1)
    // Sets the quiet bit: a NaN whose fraction is only in the lower half would become infinity.
    bitPattern = UInt16(truncatingIfNeeded: isNaN ? bits >> 16 | 0x40 : rounded >> 16)
  }

  @inlinable public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}
