/// The weights of bilinear resampling along one axis: each output is a weighted sum of consecutive
/// inputs.
///
/// The weights form a triangle around the output's centre. It extends by one input to either side
/// if the axis grows, and by the distance of two outputs if it shrinks, so that no input is skipped
/// (antialiasing):
///
///     centre(i) = (i + 1/2) · inputs / outputs
///     weight(i, j) ∝ max(0, 1 − |j + 1/2 − centre(i)| / max(1, inputs / outputs))
///
/// They sum to one and are rounded to 22 binary places, as in the Python Imaging Library
/// (`precompute_coeffs` and `normalize_coeffs_8bpc` of its Resample.c), so that the resulting bytes
/// are equal.
struct AxisWeights: Sendable {
  /// Binary places of a weight: 32 bits minus 8 bits of a pixel, a sign bit and a spare bit.
  static let fractionBits = 22

  /// The first input of each output.
  let firsts: [Int]
  /// The number of inputs of each output.
  let counts: [Int]
  /// The weights of output i begin at `i * stride`.
  let weights: [Int32]
  let stride: Int

  /// - Parameter window: The outputs to compute, within 0 ..< outputCount.
  /// - Precondition: extents are positive, and the window is not empty and within the outputs.
  init(from inputCount: Int, to outputCount: Int, window: Range<Int>) {
    precondition(
      inputCount > 0 && !window.isEmpty && window.lowerBound >= 0
        && window.upperBound <= outputCount,
      "outputs \(window) of \(outputCount) from \(inputCount) inputs")
    let scale = Double(inputCount) / Double(outputCount)
    let reach = max(scale, 1)
    let stride = Int(reach.rounded(.up)) * 2 + 1
    var firsts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: window.count * stride)
    for (position, output) in window.enumerated() {
      let centre = (Double(output) + 0.5) * scale
      let first = max(Int(centre - reach + 0.5), 0)
      let end = min(Int(centre + reach + 0.5), inputCount)
      let exact = (first..<end).map { input in
        max(1 - abs((Double(input) - centre + 0.5) / reach), 0)
      }
      let sum = exact.reduce(0, +)
      for (tap, weight) in exact.enumerated() {
        weights[position * stride + tap] = Int32(
          0.5 + weight / sum * Double(1 << Self.fractionBits))
      }
      firsts.append(first)
      counts.append(exact.count)
    }
    (self.firsts, self.counts, self.weights, self.stride) = (firsts, counts, weights, stride)
  }

  /// The range of inputs that the outputs need.
  var inputs: Range<Int> {
    firsts[0]..<zip(firsts, counts).reduce(0) { max($0, $1.0 + $1.1) }
  }
}
