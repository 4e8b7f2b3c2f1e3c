import CVectors
import Tensors

/// The sums for a batch's mean and variance, image by image. A layer that writes a map can compute
/// them as soon as each image is written, while it is in the cache. The next norm then needs no
/// separate pass over the map.
///
/// For each channel, an image contributes its sum and its squared deviations from its own mean. The
/// difference of large sums of squares would lose digits by cancellation. A few pixels at a time
/// are summed in float; these sums are added in `Double`.
public struct ImageStatistics: ImageEpilogue, @unchecked Sendable {
  /// For each image, the sums of its channels, then their squared deviations.
  let sums: UnsafeMutablePointer<Double>

  /// Bytes for the statistics of maps of this shape.
  public static func byteCount(for shape: FeatureMapShape) -> Int {
    2 * shape.count * shape.channelStride * MemoryLayout<Double>.stride
  }

  /// - Precondition: `memory` has `byteCount(for:)` bytes, aligned to 64.
  public init(memory: UnsafeMutableRawPointer) {
    sums = memory.assumingMemoryBound(to: Double.self)
  }

  /// Computes the sums of one image.
  ///
  /// - Precondition: the map's pixels fill vectors.
  public func run(image: Int, of map: FeatureMap) {
    switch map.shape.precision {
    case .float32: take(image, of: map, Float.self)
    case .bfloat16: take(image, of: map, BFloat16.self)
    }
  }

  private func take<Element: VectorElement>(_ image: Int, of map: FeatureMap, _: Element.Type) {
    let shape = map.shape
    let source = PixelVectors<Element>(map, image: image)
    let sums = self.sums + 2 * image * shape.channelStride
    let squares = sums + shape.channelStride
    for vector in 0..<shape.vectors {
      WideSums(sums, vector: vector).clear()
      WideSums(squares, vector: vector).clear()
    }
    for run in shape.shortRuns {
      var sum = Vector.zero
      for index in run { sum += source[index] }
      WideSums(sums, vector: run.vector).add(sum)
    }
    let inversePixelCount = 1 / Double(shape.pixelCount)
    for run in shape.shortRuns {
      let mean = WideSums(sums, vector: run.vector).floats(times: inversePixelCount)
      var sum = Vector.zero
      for index in run {
        let deviation = source[index] - mean
        sum.addProduct(deviation, deviation)
      }
      WideSums(squares, vector: run.vector).add(sum)
    }
  }

  /// Mean and (biased) variance of each channel over the images of a batch.
  ///
  ///     mean = Σ sum_i / n        variance = (Σ squares_i + pixels · Σ (sum_i / pixels − mean)²) / n
  ///
  /// - Parameter meanRemainder: Receives the rounding error of the mean in float.
  func combine(
    _ shape: FeatureMapShape, mean: UnsafeMutablePointer<Float>,
    meanRemainder: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>
  ) {
    let pixels = Double(shape.pixelCount)
    let (inversePixels, inverseCount) = (1 / pixels, 1 / (pixels * Double(shape.count)))
    forEachEight(shape) { channel, step, sums, squares in
      var sum = SIMD8<Double>.zero
      for image in 0..<shape.count { sum += sums[image * step] }
      let batchMean = sum * inverseCount
      var spread = SIMD8<Double>.zero
      for image in 0..<shape.count {
        let difference = sums[image * step] * inversePixels - batchMean
        spread += squares[image * step] + pixels * difference * difference
      }
      for place in 0..<SIMD8<Double>.scalarCount {
        mean[channel + place] = Float(batchMean[place])
        meanRemainder[channel + place] = Float(batchMean[place] - Double(mean[channel + place]))
        variance[channel + place] = Float(spread[place] * inverseCount)
      }
    }
  }

  /// The two sums of each channel over the images.
  func totals(
    _ shape: FeatureMapShape,
    _ body: (_ channel: Int, _ first: SIMD8<Double>, _ second: SIMD8<Double>) -> Void
  ) {
    forEachEight(shape) { channel, step, first, second in
      var totals = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      for image in 0..<shape.count {
        totals.0 += first[image * step]
        totals.1 += second[image * step]
      }
      body(channel, totals.0, totals.1)
    }
  }

  /// Visits the sums of eight channels at a time; the sums of consecutive images are `step` vectors
  /// apart.
  @inline(__always)
  private func forEachEight(
    _ shape: FeatureMapShape,
    _ body: (
      _ channel: Int, _ step: Int, _ first: UnsafePointer<SIMD8<Double>>,
      _ second: UnsafePointer<SIMD8<Double>>
    ) -> Void
  ) {
    let width = SIMD8<Double>.scalarCount
    let vectors = UnsafeRawPointer(sums).assumingMemoryBound(to: SIMD8<Double>.self)
    let count = shape.channelStride / width
    for index in 0..<count {
      body(index * width, 2 * count, vectors + index, vectors + count + index)
    }
  }
}
