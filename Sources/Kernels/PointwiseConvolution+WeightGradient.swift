import CVectors
import Tensors

extension PointwiseConvolution {
  /// Pairs of neighbouring pixels whose sums are taken at once; both maps' stay in the first cache.
  private static let pairsInPass = 64

  /// Floats of both maps whose sums are taken at once.
  private static let floatsInPass = 6_144

  /// Floats of scratch memory that a worker needs in a weight gradient.
  var weightGradientScratchCount: Int {
    guard direct.input.precision == .bfloat16 else { return 0 }
    return Self.pairsInPass * (direct.input.channelStride + direct.output.channelStride)
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `direct.partialGradientCount` floats.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let size = direct.layout.count
    let groupCount = min(direct.gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      let target = partial + group * size
      target.update(repeating: 0, count: size)
      let images =
        x.shape.count * group / groupCount..<x.shape.count * (group + 1) / groupCount
      switch x.shape.precision {
      case .float32: add(x, dy, images, to: target)
      case .bfloat16: addPairs(x, dy, images, to: target, scratch: scratch)
      }
    }
    sumInOrder(partial, groups: groupCount, size: size, into: gradient, on: pool)
  }

  /// Adds the share of some images.
  private func add(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    to target: UnsafeMutablePointer<Float>
  ) {
    let (layout, input, output) = (direct.layout, direct.input, direct.output)
    let rows = MatrixCorrelation.longestSum
    let mostRows =
      max(1, Self.floatsInPass / (input.channelStride + output.channelStride) / rows) * rows
    let end = images.upperBound * input.pixelCount
    for first in stride(from: images.lowerBound * input.pixelCount, to: end, by: mostRows) {
      let count = min(mostRows, end - first)
      let correlation = MatrixCorrelation(
        inputs: layout.inputs, inputStep: input.channelStride, gradientStep: output.lanes,
        rows: count, adding: true)
      let next = first + count..<first + 2 * count
      var coming =
        prefetches
        ? LinePrefetch(
          x.memory(ofPixels: next), dy.memory(ofPixels: next),
          steps: layout.blockCount * MatrixCorrelation.sumCount(ofRows: count)) : nil
      layout.forEachBlock { lane, lanes in
        correlation.run(
          x.base + first * input.channelStride,
          vectors(dy.base + first * output.channelStride) + lane, vectors: lanes,
          endsInHalf: layout.endsInHalf(from: lane, lanes: lanes),
          into: vectors(target + layout.blockOffset(from: lane)),
          meanwhile: { coming?.prefetchSome() })
      }
    }
  }

  /// Adds the share of some images pair by pair of pixels.
  private func addPairs(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    to target: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let (layout, input, output) = (direct.layout, direct.input, direct.output)
    let inputs = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Pairs.self)
    let gradients = inputs + Self.pairsInPass * input.lanes
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
            UnsafeRawPointer(inputs), gradients + lane, vectors: lanes,
            into: vectors(target + layout.blockOffset(from: lane)))
        }
      }
    }
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
