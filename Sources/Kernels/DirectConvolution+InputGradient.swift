import Tensors

extension DirectConvolution {
  /// Input rows, or columns, that the same taps of the kernel reach.
  ///
  /// Input row h gets weight row a from output row (h + padding − a) / stride, where that is whole. So
  /// the input's rows fall into `stride` phases by (h + padding) mod stride, each reached by every
  /// `stride`-th tap, in falling order; columns alike.
  struct Phase {
    /// First input row or column of the class.
    let first: Int
    /// How many there are.
    let count: Int
    /// The tap that comes first as the output position grows, and how many there are.
    let lastTap: Int
    let tapCount: Int
    /// The output position that meets the first tap at the first input position; may be negative.
    let start: Int

    init(_ residue: Int, extent: Int, kernel: Int, stride: Int, padding: Int) {
      first = ((residue - padding) % stride + stride) % stride
      count = first < extent ? (extent - first + stride - 1) / stride : 0
      tapCount = residue < kernel ? (kernel - residue + stride - 1) / stride : 0
      lastTap = residue + (tapCount - 1) * stride
      start = (first + padding - lastTap) / stride
    }
  }

  private func rowPhase(_ residue: Int) -> Phase {
    Phase(
      residue, extent: input.height, kernel: geometry.kernelHeight, stride: geometry.stride,
      padding: geometry.padding)
  }

  private func columnPhase(_ residue: Int) -> Phase {
    Phase(
      residue, extent: input.width, kernel: geometry.kernelWidth, stride: geometry.stride,
      padding: geometry.padding)
  }

  /// The kernel of a phase: turned by half a circle, its channels exchanged.
  ///
  /// A phase that no tap reaches still writes its zeros: one kernel row of no length.
  func turnedLayout(_ rows: Phase, _ columns: Phase) -> KernelLayout {
    KernelLayout(
      outputs: input.channels, inputs: output.channels, inputStride: output.channelStride,
      kernelHeight: max(rows.tapCount, 1), kernelWidth: rows.tapCount > 0 ? columns.tapCount : 0)
  }

  /// The turned kernel of a convolution with stride 1, which has one phase.
  var turnedLayout: KernelLayout { turnedLayout(rowPhase(0), columnPhase(0)) }

  /// dy with the border that a phase's turned kernel reaches.
  private func paddedGradient(_ rows: Phase, _ columns: Phase) -> PaddedImage {
    let reach = (columns.count + KernelSlide.quadSize - 1) / KernelSlide.quadSize * KernelSlide.quadSize
    return PaddedImage(
      output, top: max(-rows.start, 0), left: max(-columns.start, 0),
      bottom: max(rows.start + rows.count - 1 + rows.tapCount - output.height, 0),
      right: max(columns.start + reach - 1 + columns.tapCount - output.width, 0),
      kernelWidth: columns.tapCount)
  }

  /// Floats of scratch memory that a worker needs in an input gradient.
  public var inputGradientScratchCount: Int {
    var count = 0
    forEachPhase { rows, columns, _ in count = max(count, paddedGradient(rows, columns).count) }
    return count
  }

  /// Floats of a turned kernel.
  public var turnedKernelCount: Int {
    geometry.kernelHeight * geometry.kernelWidth * output.channelStride * input.channelStride
  }

  /// Whether dx can be written in whole vectors of channels, as it is for all maps but images, whose
  /// gradient no network asks for.
  public var hasInputGradient: Bool { input.fillsVectors }

  /// The kernel as `inputGradient` reads it: phase by phase, turned by half a circle and with inputs and
  /// outputs exchanged. That is linear, so a mixture of turned kernels is the turned mixture.
  ///
  /// - Parameter turned: `turnedKernelCount` floats.
  public func turn(
    _ weight: UnsafePointer<Float>, into turned: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    forEachPhase { rows, columns, offset in
      let layout = turnedLayout(rows, columns)
      pool.forEachPiece(rows.tapCount * columns.tapCount) { tap, _ in
        turn(tap, of: weight, rows, columns, layout, into: turned + offset)
      }
    }
  }

  /// dx = (or +=) the transposed convolution of dy: phase by phase a plain one.
  ///
  /// - Parameters:
  ///   - turned: The turned kernel, or one for each image.
  ///   - turnedStride: Floats from one image's kernel to the next's; 0 where all share one.
  ///   - imageSums: Takes those of each image of dx that is finished.
  public func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, turnedStride: Int = 0, into dx: FeatureMap,
    adding: Bool, imageSums: ImageSums? = nil, on pool: WorkerPool
  ) {
    pool.forEachGroup(of: dy.shape.count) { images, scratch in
      forEachPhase { rows, columns, offset in
        slide(
          dy, images, rows, columns, kernel: turned + offset, kernelStride: turnedStride, into: dx,
          adding: adding, imageSums: hasOnePhase ? imageSums : nil, scratch: scratch)
      }
      if !hasOnePhase, let imageSums {
        for image in images { imageSums.take(image: image, of: dx) }
      }
    }
  }

  /// Whether an image is finished when one plain convolution has passed over it.
  var hasOnePhase: Bool { geometry.stride == 1 }

  /// Visits the phases that have pixels, with the floats that earlier ones take in a turned kernel.
  func forEachPhase(_ body: (_ rows: Phase, _ columns: Phase, _ offset: Int) -> Void) {
    var offset = 0
    for row in 0..<geometry.stride {
      let rows = rowPhase(row)
      for column in 0..<geometry.stride where rows.count > 0 {
        let columns = columnPhase(column)
        guard columns.count > 0 else { continue }
        body(rows, columns, offset)
        offset += rows.tapCount * columns.tapCount * output.channelStride * input.channelStride
      }
    }
  }

  /// Turns one tap: squares of sixteen inputs by sixteen outputs, each transposed.
  @inline(__always)
  private func turn(
    _ tap: Int, of weight: UnsafePointer<Float>, _ rows: Phase, _ columns: Phase,
    _ turned: KernelLayout, into kernel: UnsafeMutablePointer<Float>
  ) {
    let width = FeatureMapShape.vectorWidth
    let (turnedRow, turnedColumn) = (tap / columns.tapCount, tap % columns.tapCount)
    let row = rows.lastTap - turnedRow * geometry.stride
    let column = columns.lastTap - turnedColumn * geometry.stride
    for o in stride(from: 0, to: output.channelStride, by: width) {
      for c in stride(from: 0, to: input.channelStride, by: width) {
        transposeSquare(
          weight + layout.place(output: o, input: c, row: row, column: column),
          step: layout.outputStep(o),
          into: kernel
            + turned.place(output: c, input: o, row: turnedRow, column: turnedColumn),
          step: turned.outputStep(c))
      }
    }
  }

  private func slide(
    _ dy: FeatureMap, _ images: Range<Int>, _ rows: Phase, _ columns: Phase,
    kernel: UnsafePointer<Float>, kernelStride: Int, into dx: FeatureMap, adding: Bool,
    imageSums: ImageSums?, scratch: UnsafeMutablePointer<Float>
  ) {
    let image = paddedGradient(rows, columns)
    let lanes = input.channelStride / FeatureMapShape.vectorWidth
    let stride = geometry.stride
    let slide = KernelSlide(
      image: image, layout: turnedLayout(rows, columns), inputStep: 1,
      // A phase that begins inside dy begins so many pixels into the frame.
      skip: max(rows.start, 0) * image.rowStride + max(columns.start, 0) * image.pixelStride,
      outputRows: rows.count, outputColumns: columns.count,
      rowStep: stride * input.width * lanes, columnStep: stride * lanes)
    image.clearFrame(scratch)
    for index in images {
      let first = (rows.first * input.width + columns.first) * lanes
      slide.run(
        image: dy.base + index * output.imageStride, scratch: scratch,
        weight: kernel + index * kernelStride, bias: nil,
        target: vectors(dx.base + index * input.imageStride) + first, adding: adding)
      imageSums?.take(image: index, of: dx)
    }
  }
}

/// Sixteen vectors, transposed; steps are floats from one vector to the next.
@inline(__always)
private func transposeSquare(
  _ source: UnsafePointer<Float>, step sourceStep: Int, into target: UnsafeMutablePointer<Float>,
  step targetStep: Int
) {
  for row in 0..<FeatureMapShape.vectorWidth {
    for column in 0..<FeatureMapShape.vectorWidth {
      target[row * targetStep + column] = source[column * sourceStep + row]
    }
  }
}
