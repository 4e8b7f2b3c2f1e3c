import CVectors
import Tensors

typealias Vector = SIMD16<Float>

/// Reinterprets floats as vectors of channels. The base must be aligned to a vector, and the
/// channels padded to whole vectors.
@inline(__always)
func asVectors(_ base: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Vector> {
  UnsafeMutableRawPointer(base).assumingMemoryBound(to: Vector.self)
}

@inline(__always)
func asVectors(_ base: UnsafePointer<Float>) -> UnsafePointer<Vector> {
  UnsafeRawPointer(base).assumingMemoryBound(to: Vector.self)
}

/// The element type of a feature map, which kernels read and write sixteen at a time, as floats.
///
/// A kernel is written once, generic over the element type, and compiled for each type. It checks
/// the maps' precision once in each call, outside its loops.
protocol VectorElement: MapElement, ChannelRegister where Numbers == Vector {
  /// Writes by a non-temporal store.
  static func stream(_ vector: Vector, to memory: UnsafeMutableRawPointer, at index: Int)
}

extension Float: VectorElement {
  typealias Exact = Float

  static var bytes: Int { 64 }

  @inline(__always)
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> Vector {
    memory.assumingMemoryBound(to: Vector.self)[index]
  }

  @inline(__always)
  static func store(_ vector: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    memory.assumingMemoryBound(to: Vector.self)[index] = vector
  }

  @inline(__always)
  static func stream(_ vector: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    streamFloats(memory.assumingMemoryBound(to: Vector.self) + index, vector)
  }
}

extension BFloat16: VectorElement {
  typealias Exact = Float

  static var bytes: Int { 32 }

  @inline(__always)
  static func load(_ memory: UnsafeRawPointer, at index: Int) -> Vector {
    widenBFloat16(memory.assumingMemoryBound(to: SIMD16<UInt16>.self)[index])
  }

  @inline(__always)
  static func store(_ vector: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    memory.assumingMemoryBound(to: SIMD16<UInt16>.self)[index] = roundToBFloat16(vector)
  }

  @inline(__always)
  static func stream(_ vector: Vector, to memory: UnsafeMutableRawPointer, at index: Int) {
    streamHalves(
      memory.assumingMemoryBound(to: SIMD16<UInt16>.self) + index, roundToBFloat16(vector))
  }
}

/// Pixels of a feature map as registers of channels, mostly of 16. They are read and written as
/// floats, which are rounded if the map stores bfloat16.
struct PixelVectors<Register: ChannelRegister> {
  let memory: UnsafeMutableRawPointer

  /// The pixels of a map, starting at `image`.
  @inline(__always)
  init(_ map: FeatureMap, image: Int = 0) {
    memory = map.memory + image * (map.shape.imageStride / Register.width) * Register.bytes
  }

  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) {
    self.memory = memory
  }

  @inline(__always)
  subscript(index: Int) -> Register.Numbers {
    get { Register.load(memory, at: index) }
    nonmutating set { Register.store(newValue, to: memory, at: index) }
  }

  /// The registers starting at index `count`.
  @inline(__always)
  static func + (pixels: Self, count: Int) -> Self {
    Self(pixels.memory + count * Register.bytes)
  }
}

extension FeatureMapShape {
  /// Vectors of one pixel.
  var vectors: Int { channelStride / Self.vectorWidth }
  /// Vectors of one image.
  var imageVectors: Int { pixelCount * vectors }
}

extension SIMD16<Float> {
  /// Multiplies the lanes that are not positive by `slope`; NaN stays NaN.
  @inline(__always)
  func rectified(slope: Float) -> Self {
    replacing(with: self * slope, where: self .<= 0)
  }

  /// Multiplies the lanes whose lane of `output` is not positive by `slope`.
  @inline(__always)
  func masked(byPositive output: Self, slope: Float) -> Self {
    replacing(with: self * slope, where: output .<= 0)
  }
}
