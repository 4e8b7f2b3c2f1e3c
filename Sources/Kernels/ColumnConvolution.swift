import Tensors

/// Convolution as a matrix product over gathered patches (im2col), by OpenBLAS.
///
/// The patches of an image become the rows of a matrix, the kernel a matrix whose columns are output
/// channels; both orders follow from the layouts, so gathering copies whole runs of channels.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight `[kh, kw, C, O]` with C and O padded as in
/// the feature maps; patches `[OH · OW, kh · kw · C]`.
/// Source: Chellapilla, Puri and Simard, 2006, "High performance convolutional neural networks for
/// document processing", section 4.
public struct ColumnConvolution: Sendable {
  let geometry: ConvolutionGeometry
  let input: FeatureMapShape
  let output: FeatureMapShape

  /// - Parameter input: The input's shape.
  public init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    self.geometry = geometry
    self.input = input
    output = geometry.outputShape(for: input)
  }

  private var patchLength: Int {
    geometry.kernelHeight * geometry.kernelWidth * input.channelStride
  }

  /// Images whose patches one matrix product takes: about a thousand rows keep OpenBLAS busy.
  private var imagesInPiece: Int { max(1, 1024 / output.pixelCount) }

  /// Floats of scratch memory that a worker needs.
  public var scratchCount: Int { imagesInPiece * output.pixelCount * patchLength }

  /// Weight gradients are summed in this many groups of images, each in a buffer of its own.
  private static let gradientGroups = 8

  /// Floats that `accumulateWeightGradient` needs besides.
  public var partialGradientCount: Int {
    Self.gradientGroups * patchLength * output.channelStride
  }

  /// y = convolution of x (+ bias).
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    on pool: WorkerPool
  ) {
    let columns = output.channelStride
    pool.forEachRange(of: x.shape.count, size: imagesInPiece) { images, scratch in
      let rows = images.count * output.pixelCount
      let patches = gather(x, images, into: scratch)
      let target = y.base + images.lowerBound * output.imageStride
      BLAS.multiply(
        .matrix(patches, stride: patchLength), .matrix(weight, stride: columns), into: target,
        stride: columns, rows: rows, columns: columns, inner: patchLength)
      if let bias { addBias(bias, to: target, rows: rows, columns: columns) }
    }
  }

  /// dx = (or +=) the transposed convolution of dy.
  public func inputGradient(
    _ dy: FeatureMap, weight: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    let columns = output.channelStride
    pool.forEachRange(of: dy.shape.count, size: imagesInPiece) { images, scratch in
      let rows = images.count * output.pixelCount
      let source = dy.base + images.lowerBound * output.imageStride
      let target = dx.base + images.lowerBound * input.imageStride
      if geometry.isPointwise {
        BLAS.multiply(
          .matrix(source, stride: columns), .transposed(weight, stride: columns), into: target,
          stride: patchLength, adding: adding, rows: rows, columns: patchLength, inner: columns)
      } else {
        BLAS.multiply(
          .matrix(source, stride: columns), .transposed(weight, stride: columns), into: scratch,
          stride: patchLength, rows: rows, columns: patchLength, inner: columns)
        if !adding { target.update(repeating: 0, count: images.count * input.imageStride) }
        scatter(scratch, images, into: dx)
      }
    }
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `partialGradientCount` floats.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let columns = output.channelStride
    let size = patchLength * columns
    let groupCount = min(Self.gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      var first = x.shape.count * group / groupCount
      let end = x.shape.count * (group + 1) / groupCount
      var isFirst = true
      while first < end {
        let images = first..<min(first + imagesInPiece, end)
        BLAS.multiply(
          .transposed(gather(x, images, into: scratch), stride: patchLength),
          .matrix(dy.base + images.lowerBound * output.imageStride, stride: columns),
          into: partial + group * size, stride: columns, adding: !isFirst, rows: patchLength,
          columns: columns, inner: images.count * output.pixelCount)
        isFirst = false
        first = images.upperBound
      }
    }
    sumInOrder(partial, groups: groupCount, size: size, into: gradient, on: pool)
  }
}

extension ColumnConvolution {
  /// The patches of `images`, one row a patch: in `scratch`, or in place where a patch is a pixel.
  private func gather(
    _ x: FeatureMap, _ images: Range<Int>, into scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if geometry.isPointwise {
      return UnsafePointer(x.base + images.lowerBound * input.imageStride)
    }
    var row = scratch
    let length = input.channelStride
    forEachPatchRun(images) { offset in
      if let offset {
        row.update(from: x.base + offset, count: length)
      } else {
        row.update(repeating: 0, count: length)
      }
      row += length
    }
    return UnsafePointer(scratch)
  }

  /// Adds each patch of `patches` where it was gathered from.
  private func scatter(
    _ patches: UnsafeMutablePointer<Float>, _ images: Range<Int>, into dx: FeatureMap
  ) {
    var row = patches
    let length = input.channelStride
    forEachPatchRun(images) { offset in
      if let offset {
        let target = dx.base + offset
        for channel in 0..<length { target[channel] += row[channel] }
      }
      row += length
    }
  }

  /// Visits the pixels of every patch in the order of a patch matrix; nil stands for padding.
  @inline(__always)
  private func forEachPatchRun(_ images: Range<Int>, _ body: (Int?) -> Void) {
    for image in images {
      for outputRow in 0..<output.height {
        for outputColumn in 0..<output.width {
          for kernelRow in 0..<geometry.kernelHeight {
            let row = outputRow * geometry.stride + kernelRow - geometry.padding
            for kernelColumn in 0..<geometry.kernelWidth {
              let column = outputColumn * geometry.stride + kernelColumn - geometry.padding
              let isInside = row >= 0 && row < input.height && column >= 0 && column < input.width
              body(
                isInside
                  ? image * input.imageStride + (row * input.width + column) * input.channelStride
                  : nil)
            }
          }
        }
      }
    }
  }

  private func addBias(
    _ bias: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let values = target + row * columns
      for column in 0..<columns { values[column] += bias[column] }
    }
  }
}
