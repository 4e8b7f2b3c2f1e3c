import Kernels
import Tensors

/// What the threads of a pool could do at most, measured, in operations a second of all together.
public struct MachinePeak: Sendable, Equatable {
  /// Float32 multiply-adds between vector registers.
  public let multiplyAdds: Double
  /// Products of bfloat16 tiles; nil where there is no tile unit.
  public let tiles: Double?

  public init(multiplyAdds: Double, tiles: Double?) {
    self.multiplyAdds = multiplyAdds
    self.tiles = tiles
  }

  /// Measures for about half a second, the best of many runs: what others take from a shared machine is
  /// no property of it.
  init(on pool: WorkerPool) {
    multiplyAdds = Self.best { MultiplyAddLoop.run(on: pool) }
    tiles = TileLoop.isAvailable ? Self.best { TileLoop.run(on: pool) } : nil
  }

  private static func best(_ run: () -> Int) -> Double {
    var operations = 0
    let durations = Repetition(seconds: 0.25).durations { operations = run() }
    return Double(operations) / SampleStatistics(durations).minimum
  }

  /// Tiles multiply float32 in parts, of whose products six count.
  private static let productsOfFloat32 = 6.0

  /// The most that a network in this precision could get.
  public func rate(of precision: Precision) -> Double {
    let tiles = tiles ?? 0
    switch precision {
    case .float32: return max(multiplyAdds, tiles / Self.productsOfFloat32)
    case .bfloat16: return max(multiplyAdds, tiles)
    }
  }

  /// The larger of two measurements.
  func merged(with other: MachinePeak) -> MachinePeak {
    MachinePeak(
      multiplyAdds: max(multiplyAdds, other.multiplyAdds),
      tiles: [tiles, other.tiles].compactMap { $0 }.max())
  }
}
