import Kernels
import Tensors

/// What the threads of a pool could do at most, measured, in operations a second of all together: whole numbers, so
/// that billions of them are read as they were written.
public struct MachinePeak: Sendable, Equatable {
  /// Float32 multiply-adds between vector registers.
  public let multiplyAdds: Double
  /// Products of bfloat16, in tiles or in vectors; nil where there are no instructions for them.
  public let bfloat16: Double?

  public init(multiplyAdds: Double, bfloat16: Double?) {
    self.multiplyAdds = multiplyAdds
    self.bfloat16 = bfloat16
  }

  /// Measures for about half a second, the best of many runs: what others take from a shared machine is
  /// no property of it.
  init(on pool: WorkerPool) {
    multiplyAdds = Self.best { MultiplyAddLoop.run(on: pool) }
    bfloat16 = TileLoop.isAvailable ? Self.best { TileLoop.run(on: pool) } : nil
  }

  private static func best(_ run: () -> Int) -> Double {
    var operations = 0
    let durations = Repetition(seconds: 0.25).durations { operations = run() }
    return (Double(operations) / SampleStatistics(durations).minimum).rounded()
  }

  /// Tiles multiply float32 in parts, of whose products six count.
  private static let productsOfFloat32 = 6.0

  /// The most products that a network in this precision could compute, and sums of them.
  public func rate(of precision: Precision) -> Double {
    let bfloat16 = bfloat16 ?? 0
    switch precision {
    case .float32: return max(multiplyAdds, bfloat16 / Self.productsOfFloat32)
    case .bfloat16: return max(multiplyAdds, bfloat16)
    }
  }

  /// The larger of two measurements.
  func merged(with other: MachinePeak) -> MachinePeak {
    MachinePeak(
      multiplyAdds: max(multiplyAdds, other.multiplyAdds),
      bfloat16: [bfloat16, other.bfloat16].compactMap { $0 }.max())
  }
}
