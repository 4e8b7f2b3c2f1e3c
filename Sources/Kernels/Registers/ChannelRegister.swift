import CVectors
import Tensors

/// Channels of a map or of what is made of it, as many as a register of some kernel holds: floats to those who
/// read and write them, whatever memory has. Sixteen are a `VectorElement`.
protocol ChannelRegister {
  associatedtype Numbers: SIMD where Numbers.Scalar == Float
  /// The register of as many channels that memory keeps as floats.
  associatedtype Exact: ChannelRegister where Exact.Numbers == Numbers
  /// Bytes of memory.
  static var bytes: Int { get }
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> Numbers
  static func store(_ numbers: Numbers, to memory: UnsafeMutableRawPointer, at index: Int)
}

extension ChannelRegister {
  /// Channels of a register.
  @inline(__always)
  static var width: Int { Numbers.scalarCount }

  /// Registers that channels fill, the last in part.
  @inline(__always)
  static func count(_ channels: Int) -> Int { (channels + width - 1) / width }
}

/// A register of 256 bits: of a half-empty vector the empty half can be left out.
enum FloatOctet: ChannelRegister {
  typealias Exact = FloatOctet

  static var bytes: Int { 32 }

  @inline(__always)
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> SIMD8<Float> {
    memory.assumingMemoryBound(to: SIMD8<Float>.self)[index]
  }

  @inline(__always)
  static func store(_ numbers: SIMD8<Float>, to memory: UnsafeMutableRawPointer, at index: Int) {
    memory.assumingMemoryBound(to: SIMD8<Float>.self)[index] = numbers
  }
}

/// The same where memory holds bfloat16.
enum BFloat16Octet: ChannelRegister {
  typealias Exact = FloatOctet

  static var bytes: Int { 16 }

  @inline(__always)
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> SIMD8<Float> {
    widenBFloat16Octet(memory.assumingMemoryBound(to: SIMD8<UInt16>.self)[index])
  }

  @inline(__always)
  static func store(_ numbers: SIMD8<Float>, to memory: UnsafeMutableRawPointer, at index: Int) {
    memory.assumingMemoryBound(to: SIMD8<UInt16>.self)[index] = roundToBFloat16Octet(numbers)
  }
}

extension FeatureMapShape {
  /// Whether the other half of the last vector of so many channels is padding.
  @inline(__always)
  static func endsInHalf(channels: Int) -> Bool {
    let rest = channels % vectorWidth
    return 0 < rest && rest <= vectorWidth / 2
  }
}
