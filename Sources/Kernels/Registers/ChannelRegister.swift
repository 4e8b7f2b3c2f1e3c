import CVectors
import Tensors

/// A SIMD register of channels of a map or of a transform. It holds floats, whatever the format in
/// memory. `VectorElement`s are registers of sixteen channels.
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

  /// Registers that hold `channels` channels; the last one may be partly filled.
  @inline(__always)
  static func count(_ channels: Int) -> Int { (channels + width - 1) / width }
}

/// Eight floats in a 256-bit register, used to skip the empty half of a vector.
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

/// Eight floats, stored as bfloat16.
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
