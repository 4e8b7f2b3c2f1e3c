import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// The smooth activation functions, which use the project's own exponential.
@Suite struct ActivationFunctionTests {
  private static let smooth: [ActivationFunction] = [.gelu, .geluTanh, .silu]

  /// The function and its derivative for each value.
  private func run(_ function: ActivationFunction, _ x: [Float]) -> (y: [Float], slope: [Float]) {
    let shape = [1, 16, 1, x.count / 16]
    let ones = DenseTensor(shape: shape, values: [Float](repeating: 1, count: x.count))
    let run = LayerRun(
      Activation(function), [DenseTensor(shape: shape, values: x)], outputGradient: ones)
    return (run.output.values, run.inputGradients[0])
  }

  @Test(arguments: smooth)
  func `values and slopes to some units in the last place`(_ function: ActivationFunction) {
    let x = (0..<32_000).map { Float($0 - 16_000) / 1_000 }
    let (y, slope) = run(function, x)
    for (index, x) in x.enumerated() {
      let exact = function.value(at: Double(x))
      let tolerance = 3e-7 * max(1, abs(Double(x)))
      #expect(abs(Double(y[index]) - exact) < tolerance, "\(function)(\(x))")
      let step = 1e-5
      let difference =
        (function.value(at: Double(x) + step) - function.value(at: Double(x) - step)) / (2 * step)
      #expect(abs(Double(slope[index]) - difference) < 1e-6, "slope of \(function) at \(x)")
    }
  }

  /// Known values: GELU(1) = Φ(1), SiLU(1) = σ(1).
  @Test func formulas() {
    #expect(abs(ActivationFunction.gelu.value(at: 1) - 0.841_344_746_07) < 1e-10)
    #expect(abs(ActivationFunction.geluTanh.value(at: 1) - 0.841_191_990_6) < 1e-9)
    #expect(abs(ActivationFunction.silu.value(at: 1) - 0.731_058_578_63) < 1e-10)
    #expect(ActivationFunction.leakyReLU(slope: 0.5).value(at: -3) == -1.5)
    #expect(ActivationFunction.relu.value(at: -3) == 0)
  }

  /// A value whose exponential overflows must not give NaN, and NaN must stay NaN.
  @Test(arguments: smooth)
  func `large values, infinity and NaN`(_ function: ActivationFunction) {
    let x: [Float] = [1e4, -1e4, 90, -90, 3e38, .infinity, .nan, 0]
    let (y, slope) = run(function, x + [Float](repeating: 1, count: 8))
    #expect(y[0] == 1e4 && y[2] == 90 && y[4] == 3e38 && y[5] == .infinity && y[7] == 0)
    #expect(abs(y[1]) < 1e-30 && abs(y[3]) < 1e-30)
    #expect(y[6].isNaN && slope[6].isNaN)
    #expect(slope[0] == 1 && slope[2] == 1 && abs(slope[1]) < 1e-30 && slope[7] == 0.5)
  }
}
