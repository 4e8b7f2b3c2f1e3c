import CVectors
import Tensors

/// Matrix products of bfloat16 with sums in float32, by the processor's tile registers.
///
/// Pixels are rows of bfloat16 at equal distances, 16 to a *pixel tile*; weights come in *weight tiles* of
/// 16 outputs for 32 elements of a patch, element by element in pairs (`TileKernel`). Two tiles of each
/// fill the registers with sums of 32 pixels by 32 outputs.
enum TileUnit {
  /// Whether this build knows the instructions and the system lends the registers.
  static let isAvailable = tilesAreCompiledIn() != 0 && tilesRequest() == 0

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

  /// Vectors from one pixel's sums to the next's.
  static let pixelStep = 2
  /// Vectors of `memory`.
  static let vectorCount = 2 * TileUnit.width * pixelStep

  /// Prepares the calling thread; `end` follows on the same thread.
  @inline(__always)
  static func begin() { tilesConfigure() }

  @inline(__always)
  static func end() { tilesRelease() }

  @inline(__always)
  func clear() { tilesClear() }

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
    let step = Self.pixelStep * MemoryLayout<Vector>.stride
    let second = memory + TileUnit.width * Self.pixelStep
    tilesStore00(memory, step)
    if weightTiles == 2 { tilesStore01(memory + 1, step) }
    guard pixelTiles == 2 else { return }
    tilesStore10(second, step)
    if weightTiles == 2 { tilesStore11(second + 1, step) }
  }
}
