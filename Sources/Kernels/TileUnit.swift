import CVectors
import Tensors

/// Matrix products of bfloat16 with sums in float32: by the processor's tile registers, or where it has
/// none by products of pairs in vectors.
///
/// Pixels are rows of bfloat16 at equal distances, 16 to a *pixel tile*; weights come in *weight tiles* of
/// 16 outputs for 32 elements of a patch, element by element in pairs (`TileKernel`). Two tiles of each
/// fill the registers with sums of 32 pixels by 32 outputs.
enum TileUnit {
  /// Whether this build knows the tile registers and the system lends them.
  static let hasRegisters = tilesAreCompiledIn() != 0 && tilesRequest() == 0

  /// Elements of a patch that one product sums.
  static let depth = 32
  /// Pixels, or outputs, in a tile.
  static let width = 16
  /// Bytes of a weight tile.
  static let weightBytes = 1024
}

/// Sums of up to two pixel tiles by two weight tiles.
struct TileSums {
  /// Receives the sums: two vectors for each of 32 pixels.
  let memory: UnsafeMutablePointer<Vector>
  private let hasRegisters: Bool

  /// Vectors from one pixel's sums to the next's.
  static let pixelStep = 2
  /// Vectors of `memory`.
  static let vectorCount = 2 * TileUnit.width * pixelStep

  /// Prepares the calling thread; `end` follows on the same thread.
  @inline(__always)
  static func begin(memory: UnsafeMutablePointer<Float>) -> TileSums {
    let hasRegisters = TileUnit.hasRegisters
    if hasRegisters { tilesConfigure() }
    return TileSums(memory: vectors(memory), hasRegisters: hasRegisters)
  }

  @inline(__always)
  func end() {
    if hasRegisters { tilesRelease() }
  }

  @inline(__always)
  func clear() {
    if hasRegisters {
      tilesClear()
    } else {
      memory.update(repeating: .zero, count: Self.vectorCount)
    }
  }

  /// Adds the products over `steps` times 32 elements.
  ///
  /// - Parameters:
  ///   - pixels: The first element of the first pixel.
  ///   - pixelStep: Bytes from a pixel to the next.
  ///   - tileStep: Bytes from the first pixel tile to the second; nil where there is one.
  ///   - weights: `weightTiles` tiles for each step.
  @inline(__always)
  func add(
    pixels: UnsafeRawPointer, pixelStep: Int, tileStep: Int?, weights: UnsafeRawPointer,
    weightTiles: Int, steps: Int
  ) {
    guard hasRegisters else {
      addByVectors(pixels, pixelStep, 0, weights, weightTiles, steps)
      if let tileStep {
        addByVectors(
          pixels + tileStep, pixelStep, TileUnit.width, weights, weightTiles, steps)
      }
      return
    }
    var (pixels, weights) = (pixels, weights)
    let second = TileUnit.weightBytes
    for _ in 0..<steps {
      if let tileStep {
        if weightTiles == 2 {
          tilesAdd22(pixels, pixels + tileStep, pixelStep, weights, weights + second, 64)
        } else {
          tilesAdd21(pixels, pixels + tileStep, pixelStep, weights, 64)
        }
      } else if weightTiles == 2 {
        tilesAdd12(pixels, pixelStep, weights, weights + second, 64)
      } else {
        tilesAdd11(pixels, pixelStep, weights, 64)
      }
      pixels += 2 * TileUnit.depth
      weights += weightTiles * second
    }
  }

  /// Writes the sums to `memory`.
  @inline(__always)
  func finish(pixelTiles: Int, weightTiles: Int) {
    guard hasRegisters else { return }
    let step = Self.pixelStep * MemoryLayout<Vector>.stride
    let second = memory + TileUnit.width * Self.pixelStep
    tilesStore00(memory, step)
    if weightTiles == 2 { tilesStore01(memory + 1, step) }
    guard pixelTiles == 2 else { return }
    tilesStore10(second, step)
    if weightTiles == 2 { tilesStore11(second + 1, step) }
  }
}

extension TileSums {
  /// A pixel tile, eight pixels at a time by one weight tile: sixteen registers' worth of latency is hidden
  /// by two tiles side by side.
  private func addByVectors(
    _ pixels: UnsafeRawPointer, _ pixelStep: Int, _ firstPixel: Int, _ weights: UnsafeRawPointer,
    _ weightTiles: Int, _ steps: Int
  ) {
    for first in stride(from: 0, to: TileUnit.width, by: 8) {
      let target = memory + (firstPixel + first) * Self.pixelStep
      for tile in 0..<weightTiles {
        let sums = target + tile
        var (s0, s1, s2, s3) = (sums[0], sums[2], sums[4], sums[6])
        var (s4, s5, s6, s7) = (sums[8], sums[10], sums[12], sums[14])
        var pixel = pixels + first * pixelStep
        var weight = weights + tile * TileUnit.weightBytes
        for _ in 0..<steps {
          for pair in 0..<TileUnit.depth / 2 {
            let words = weight.assumingMemoryBound(to: SIMD16<UInt32>.self)[pair]
            let element = pixel + 4 * pair
            func add(_ sum: inout Vector, _ index: Int) {
              let bits = (element + index * pixelStep).loadUnaligned(as: UInt32.self)
              sum = addPairProducts(sum, bits, words)
            }
            add(&s0, 0)
            add(&s1, 1)
            add(&s2, 2)
            add(&s3, 3)
            add(&s4, 4)
            add(&s5, 5)
            add(&s6, 6)
            add(&s7, 7)
          }
          pixel += 2 * TileUnit.depth
          weight += weightTiles * TileUnit.weightBytes
        }
        (sums[0], sums[2], sums[4], sums[6]) = (s0, s1, s2, s3)
        (sums[8], sums[10], sums[12], sums[14]) = (s4, s5, s6, s7)
      }
    }
  }
}
