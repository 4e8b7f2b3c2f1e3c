import CVectors
import Tensors

/// A register of channels of a map or of its transforms, computed as floats, whatever the format in
/// memory. Registers of sixteen channels are `VectorElement`s.
protocol ChannelRegister {
  associatedtype Numbers: SIMD where Numbers.Scalar == Float
  /// The register of equal width that is stored as floats.
  associatedtype Exact: ChannelRegister where Exact.Numbers == Numbers
  /// Bytes of a register in memory.
  static var bytes: Int { get }
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> Numbers
  static func store(_ numbers: Numbers, to memory: UnsafeMutableRawPointer, at index: Int)
}

extension ChannelRegister {
  /// Channels of a register.
  @inline(__always)
  static var width: Int { Numbers.scalarCount }

  /// Registers for some channels, the last one filled in part.
  @inline(__always)
  static func count(_ channels: Int) -> Int { (channels + width - 1) / width }
}

/// Eight floats in a register of 256 bits, with which the empty half of a vector can be left out.
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

/// The same, stored as bfloat16.
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
  /// Whether the second half of the last vector of `channels` channels is padding.
  @inline(__always)
  static func endsInHalf(channels: Int) -> Bool {
    let rest = channels % vectorWidth
    return 0 < rest && rest <= vectorWidth / 2
  }
}
