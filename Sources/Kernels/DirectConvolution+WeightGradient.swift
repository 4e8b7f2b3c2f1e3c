import Tensors

extension DirectConvolution {
  /// Gradients are summed in this many groups of images, each in a buffer of its own, so that the sum
  /// does not depend on the number of threads.
  private static let gradientGroups = 8

  /// Floats that `weightGradient` needs besides.
  public var partialGradientCount: Int { Self.gradientGroups * kernelCount }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `partialGradientCount` floats.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let groupCount = min(Self.gradientGroups, x.shape.count)
    let image = paddedInput
    pool.forEachPiece(groupCount) { group, scratch in
      let first = x.shape.count * group / groupCount
      let end = x.shape.count * (group + 1) / groupCount
      let sums = partial + group * kernelCount
      sums.update(repeating: 0, count: kernelCount)
      image.clearFrame(scratch)
      for index in first..<end {
        for row in 0..<image.rowCount {
          image.copyRow(row, from: x.base + index * input.imageStride, into: scratch)
        }
        correlate(image, scratch, dy.base + index * output.imageStride, into: sums)
      }
    }
    sumInOrder(partial, groups: groupCount, size: kernelCount, into: gradient, on: pool)
  }

  /// The gradient of each image's own kernel: the correlation of its x with its dy, not summed.
  ///
  /// - Parameters:
  ///   - gradients: `kernelCount` floats for each image.
  ///   - stride: Floats from one image's gradient to the next's.
  public func weightGradientPerSample(
    _ x: FeatureMap, _ dy: FeatureMap, into gradients: UnsafeMutablePointer<Float>, stride: Int,
    on pool: WorkerPool
  ) {
    let image = paddedInput
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      image.clearFrame(scratch)
      for index in images {
        for row in 0..<image.rowCount {
          image.copyRow(row, from: x.base + index * input.imageStride, into: scratch)
        }
        let gradient = gradients + index * stride
        gradient.update(repeating: 0, count: kernelCount)
        correlate(image, scratch, dy.base + index * output.imageStride, into: gradient)
      }
    }
  }

  /// Adds one image's share, a few output rows at a time, so that both sides stay in the first cache.
  private func correlate(
    _ image: PaddedImage, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let rowBytes = 4 * (image.rowStride * geometry.stride + output.width * output.channelStride)
    let rowsInPiece = max(1, 24_576 / rowBytes)
    let lanes = output.channelStride / FeatureMapShape.vectorWidth
    let runLength = geometry.kernelWidth * input.channelStride
    for firstRow in stride(from: 0, to: output.height, by: rowsInPiece) {
      let rows = firstRow..<min(firstRow + rowsInPiece, output.height)
      for kernelRow in 0..<geometry.kernelHeight {
        let target = vectors(sums) + kernelRow * runLength * lanes
        var lane = 0
        while lane + 2 <= lanes {
          twoLanes(image, x, dy, rows, kernelRow, lane, target, lanes, runLength)
          lane += 2
        }
        if lane < lanes { oneLane(image, x, dy, rows, kernelRow, lane, target, lanes, runLength) }
      }
    }
  }

  /// Eight places of the patch by two vectors of output channels, summed over the rows' pixels.
  @inline(__always)
  private func twoLanes(
    _ image: PaddedImage, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ rows: Range<Int>, _ kernelRow: Int, _ lane: Int, _ target: UnsafeMutablePointer<Vector>,
    _ lanes: Int, _ runLength: Int
  ) {
    let step = geometry.stride * input.channelStride
    var place = 0
    while place < runLength {
      var first = OuterProduct(.zero)
      var second = OuterProduct(.zero)
      for row in rows {
        var run = x + (row * geometry.stride + kernelRow) * image.rowStride + place
        var gradient = vectors(dy) + row * output.width * lanes + lane
        for _ in 0..<output.width {
          first.add(run, step: 1, gradient[0])
          second.add(run, step: 1, gradient[1])
          run += step
          gradient += lanes
        }
      }
      let count = min(runLength - place, OuterProduct.rows)
      first.write(to: target + place * lanes + lane, step: lanes, count: count, adding: true)
      second.write(to: target + place * lanes + lane + 1, step: lanes, count: count, adding: true)
      place += OuterProduct.rows
    }
  }

  /// Sixteen places of the patch by one vector of output channels, summed over the rows' pixels.
  @inline(__always)
  private func oneLane(
    _ image: PaddedImage, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ rows: Range<Int>, _ kernelRow: Int, _ lane: Int, _ target: UnsafeMutablePointer<Vector>,
    _ lanes: Int, _ runLength: Int
  ) {
    let step = geometry.stride * input.channelStride
    var place = 0
    while place < runLength {
      var first = OuterProduct(.zero)
      var second = OuterProduct(.zero)
      for row in rows {
        var run = x + (row * geometry.stride + kernelRow) * image.rowStride + place
        var gradient = vectors(dy) + row * output.width * lanes + lane
        for _ in 0..<output.width {
          first.add(run, step: 1, gradient[0])
          second.add(run + OuterProduct.rows, step: 1, gradient[0])
          run += step
          gradient += lanes
        }
      }
      let left = runLength - place
      let pixels = target + place * lanes + lane
      first.write(to: pixels, step: lanes, count: min(left, OuterProduct.rows), adding: true)
      second.write(
        to: pixels + OuterProduct.rows * lanes, step: lanes,
        count: min(left - OuterProduct.rows, OuterProduct.rows), adding: true)
      place += 2 * OuterProduct.rows
    }
  }
}
