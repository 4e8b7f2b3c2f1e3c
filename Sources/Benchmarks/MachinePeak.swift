import Kernels
import Tensors

/// The measured peak arithmetic rate of a thread pool, in operations per second of all threads
/// together. Rates are whole numbers, so that writing and reading billions is exact.
public struct MachinePeak: Sendable, Equatable {
  /// Float32 multiply-adds between vector registers.
  public let multiplyAdds: Double
  /// Products of bfloat16, in AMX tiles or in vectors; nil if the processor lacks the instructions.
  public let bfloat16: Double?

  public init(multiplyAdds: Double, bfloat16: Double?) {
    self.multiplyAdds = multiplyAdds
    self.bfloat16 = bfloat16
  }

  /// Measures for about half a second and keeps the best of many runs, so that other load on a
  /// shared machine has little effect.
  init(on pool: WorkerPool) {
    multiplyAdds = Self.best { MultiplyAddLoop.run(on: pool) }
    bfloat16 = TileLoop.isAvailable ? Self.best { TileLoop.run(on: pool) } : nil
  }

  private static func best(_ run: () -> Int) -> Double {
    var operations = 0
    let durations = Repetition(seconds: 0.25).durations { operations = run() }
    return (Double(operations) / SampleStatistics(durations).minimum).rounded()
  }

  /// A float32 product in AMX tiles is computed as six bfloat16 products of its split parts.
  private static let productsOfFloat32 = 6.0

  /// The highest rate for a network in this precision.
  public func rate(of precision: Precision) -> Double {
    let bfloat16 = bfloat16 ?? 0
    switch precision {
    case .float32: return max(multiplyAdds, bfloat16 / Self.productsOfFloat32)
    case .bfloat16: return max(multiplyAdds, bfloat16)
    }
  }

  /// The element-wise maximum of two measurements.
  func merged(with other: MachinePeak) -> MachinePeak {
    MachinePeak(
      multiplyAdds: max(multiplyAdds, other.multiplyAdds),
      bfloat16: [bfloat16, other.bfloat16].compactMap { $0 }.max())
  }
}
