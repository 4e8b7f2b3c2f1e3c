import CVectors
import Tensors

extension PointwiseConvolution {
  /// Pairs of neighbouring pixels whose sums are taken at once; both maps' stay in the first cache.
  private static let pairsInPass = 64

  /// Floats of scratch memory that a worker needs in a weight gradient.
  var weightGradientScratchCount: Int {
    Self.pairsInPass * (direct.input.channelStride + direct.output.channelStride)
  }

  /// dweight = the correlation of x with dy, summed over the batch, for maps stored as bfloat16: pair by
  /// pair of pixels.
  ///
  /// - Parameter partial: `direct.partialGradientCount` floats.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let (layout, input, output) = (direct.layout, direct.input, direct.output)
    let groupCount = min(direct.gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      let inputs = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Pairs.self)
      let gradients = inputs + Self.pairsInPass * input.lanes
      let target = partial + group * layout.count
      target.update(repeating: 0, count: layout.count)
      let images =
        x.shape.count * group / groupCount..<x.shape.count * (group + 1) / groupCount
      for image in images {
        for first in stride(from: 0, to: input.pixelCount, by: 2 * Self.pairsInPass) {
          let pixels = first..<min(first + 2 * Self.pairsInPass, input.pixelCount)
          pairPixels(x, image, pixels, into: inputs)
          pairPixels(dy, image, pixels, into: gradients)
          let correlation = MatrixPairCorrelation(
            inputs: layout.inputs, inputBytes: 4 * input.channelStride,
            gradientStep: output.lanes, pairs: (pixels.count + 1) / 2, adding: true)
          layout.forEachBlock { lane, lanes in
            correlation.run(
              UnsafeRawPointer(inputs), gradients + lane, lanes: lanes,
              into: vectors(target + layout.blockOffset(from: lane)))
          }
        }
      }
    }
    sumInOrder(partial, groups: groupCount, size: layout.count, into: gradient, on: pool)
  }

  /// Writes pixels number by number beside their neighbours; an odd last one has a neighbour of zeros.
  @inline(__always)
  private func pairPixels(
    _ map: FeatureMap, _ image: Int, _ pixels: Range<Int>,
    into target: UnsafeMutablePointer<Pairs>
  ) {
    let lanes = map.shape.lanes
    let source = map.numbers(as: BFloat16.self) + image * map.shape.imageStride
    let halves = UnsafeRawPointer(source).assumingMemoryBound(to: SIMD16<UInt16>.self)
    var target = target
    for pixel in stride(from: pixels.lowerBound, to: pixels.upperBound, by: 2) {
      let first = halves + pixel * lanes
      for lane in 0..<lanes {
        let second = pixel + 1 < pixels.upperBound ? first[lanes + lane] : .zero
        target[lane] = pairHalves(first[lane], second)
      }
      target += lanes
    }
  }
}
