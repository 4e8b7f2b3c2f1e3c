import CVectors
import Tensors

/// Matrix products of bfloat16 with sums in float32: in the processor's tile registers (AMX), or
/// without them by products of pairs in vectors.
///
/// Pixels are equally spaced rows of bfloat16, 16 to a *pixel tile*. Weights are stored in *weight
/// tiles* of 16 outputs by 32 elements of a patch, which are paired (`TileKernel`). Two tiles of
/// each give the sums of 32 pixels by 32 outputs, which fill the registers.
enum TileUnit {
  /// Whether this build has the tile instructions and the system grants the registers.
  static let hasRegisters = tilesAreCompiledIn() != 0 && tilesRequest() == 0

  /// Elements of a patch that one product sums.
  static let depth = 32
  /// Pixels, or outputs, in a tile.
  static let width = 16
  /// Bytes of a weight tile.
  static let weightBytes = 1024
}

/// The elements of one sum, in runs of contiguous elements: rows of a filter, or rows or steps of
/// images.
struct TileRuns {
  let count: Int
  /// Pairs of elements in a run.
  let pairs: Int
  /// Pairs in a weight tile. A run may span several, with zeros at the end.
  var tilePairs = TileUnit.depth / 2
  /// Runs in a period; within a period, runs are equally far apart.
  let period: Int
  /// Bytes from one run's pixels to those of the next run, and to those one period later.
  let pixelBytes: (next: Int, later: Int)
  /// Bytes from one run's weights to those of the next run, and to those one period later.
  let weightBytes: (next: Int, later: Int)

  /// Weight tiles in a run.
  @inline(__always)
  var steps: Int { (pairs + tilePairs - 1) / tilePairs }

  /// Bytes from the first run's pixels to those of run `run`.
  @inline(__always)
  func pixelOffset(_ run: Int) -> Int {
    run % period * pixelBytes.next + run / period * pixelBytes.later
  }

  /// Bytes from the first run's weights to those of run `run`.
  @inline(__always)
  func weightOffset(_ run: Int) -> Int {
    run % period * weightBytes.next + run / period * weightBytes.later
  }
}

/// Sums of up to two pixel tiles by two weight tiles.
struct TileSums {
  /// Receives the sums: two vectors for each of 32 pixels.
  let memory: UnsafeMutablePointer<Vector>
  /// Whether they are summed in tile registers rather than in vectors.
  let hasRegisters: Bool

  /// Vectors from one pixel's sums to the next's.
  static let pixelStep = 2
  /// Vectors of `memory`.
  static let vectorCount = 2 * TileUnit.width * pixelStep

  /// Prepares the calling thread, which must call `end` afterwards.
  @inline(__always)
  static func begin(memory: UnsafeMutablePointer<Float>) -> TileSums {
    let hasRegisters = TileUnit.hasRegisters
    if hasRegisters { tilesConfigure() }
    return TileSums(memory: asVectors(memory), hasRegisters: hasRegisters)
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

  /// Adds the products over some runs of elements.
  ///
  /// - Parameters:
  ///   - pixels: The first element of the first pixel in the first run.
  ///   - pixelStep: Bytes from a pixel to the next.
  ///   - tileStep: Bytes from the first pixel tile to the second; nil if there is only one.
  ///   - counts: Pixels of each tile whose sums are needed.
  ///   - weights: `weightTiles` tiles for each step of the first run.
  @inline(__always)
  func add(
    _ runs: TileRuns, pixels: UnsafeRawPointer, pixelStep: Int, tileStep: Int?,
    counts: (first: Int, second: Int), weights: UnsafeRawPointer, weightTiles: Int
  ) {
    guard hasRegisters else {
      addByVectors(runs, pixels, pixelStep, counts.first, memory, weights, weightTiles)
      if let tileStep {
        addByVectors(
          runs, pixels + tileStep, pixelStep, counts.second,
          memory + TileUnit.width * Self.pixelStep, weights, weightTiles)
      }
      return
    }
    let second = TileUnit.weightBytes
    for run in 0..<runs.count {
      var pixels = pixels + runs.pixelOffset(run)
      var weights = weights + runs.weightOffset(run)
      for _ in 0..<runs.steps {
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
  }

  /// Writes a pixel's finished sums to its vectors of the output, with the bias, or adds them.
  @inline(__always)
  func write<Element: VectorElement>(
    pixel: Int, tiles: Int, bias: UnsafePointer<Vector>?, to output: PixelVectors<Element>,
    adding: Bool
  ) {
    let source = memory + pixel * Self.pixelStep
    for tile in 0..<tiles {
      var value = source[tile]
      if let bias { value += bias[tile] }
      output[tile] = adding ? output[tile] + value : value
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
