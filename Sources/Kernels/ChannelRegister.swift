import CVectors
import Tensors

/// Channels of a map or of what is made of it, as many as a register of these kernels holds: floats to those who
/// read and write them, whatever memory has.
protocol ChannelRegister {
  associatedtype Numbers: SIMD where Numbers.Scalar == Float
  static var bytes: Int { get }
  static func load(_ memory: UnsafeMutableRawPointer, at index: Int) -> Numbers
  static func store(_ numbers: Numbers, to memory: UnsafeMutableRawPointer, at index: Int)
}

/// A register of 256 bits: of a half-empty vector the empty half can be left out.
enum FloatOctet: ChannelRegister {
  static var bytes: Int { 32 }

  @inline(__always)
  static func load(_ memory: UnsafeMutableRawPointer, at index: Int) -> SIMD8<Float> {
    memory.assumingMemoryBound(to: SIMD8<Float>.self)[index]
  }

  @inline(__always)
  static func store(_ numbers: SIMD8<Float>, to memory: UnsafeMutableRawPointer, at index: Int) {
    memory.assumingMemoryBound(to: SIMD8<Float>.self)[index] = numbers
  }
}

/// A register of 512 bits.
enum FloatVector: ChannelRegister {
  static var bytes: Int { 64 }

  @inline(__always)
  static func load(_ memory: UnsafeMutableRawPointer, at index: Int) -> Vector {
    Float.load(memory, at: index)
  }

  @inline(__always)
  static func store(_ numbers: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    Float.store(numbers, to: memory, at: index)
  }
}

/// The same of numbers that memory has in half the bits.
enum BFloat16Vector: ChannelRegister {
  static var bytes: Int { 32 }

  @inline(__always)
  static func load(_ memory: UnsafeMutableRawPointer, at index: Int) -> Vector {
    BFloat16.load(memory, at: index)
  }

  @inline(__always)
  static func store(_ numbers: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    BFloat16.store(numbers, to: memory, at: index)
  }
}

extension ChannelRegister {
  /// Channels of a register.
  @inline(__always)
  static var width: Int { Numbers.scalarCount }

  /// Registers that channels fill, the last in part.
  @inline(__always)
  static func count(_ channels: Int) -> Int { (channels + width - 1) / width }
}

/// Registers that follow each other in memory.
struct Registers<Register: ChannelRegister> {
  let memory: UnsafeMutableRawPointer

  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) { self.memory = memory }

  /// The pixels of one image.
  @inline(__always)
  init(_ map: FeatureMap, image: Int) {
    memory =
      map.memory + image * (map.shape.imageStride / Register.width) * Register.bytes
  }

  @inline(__always)
  subscript(index: Int) -> Register.Numbers {
    get { Register.load(memory, at: index) }
    nonmutating set { Register.store(newValue, to: memory, at: index) }
  }

  /// Those from the `count`-th on.
  @inline(__always)
  static func + (registers: Self, count: Int) -> Self {
    Self(registers.memory + count * Register.bytes)
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
