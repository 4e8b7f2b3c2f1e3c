import Tensors

/// The matrix products of a linear layer over whole feature maps: by `PackedLinearProduct`, or by
/// OpenBLAS if there are few outputs.
///
/// An input image is one row: its floats in the order of the feature map, padding included. Threads
/// divide the columns of the result, so the number of threads does not change any element. Nor does
/// an image's output depend on the size of the batch: for OpenBLAS, the batch is padded to a
/// multiple of `BLAS.rowsSummedAlike`.
///
/// Outputs and their gradients are float32. For OpenBLAS, bfloat16 inputs are first widened into
/// the pool's shared memory, and their gradients are rounded from there.
///
/// Shapes: x `[N, I]`, y `[N, O]`, weight `[I, O]`, with I and O padded.
public struct LinearProduct: Sendable {
  let inputs: Int
  public let outputs: Int

  /// Columns of one product: few enough to divide among threads, enough for OpenBLAS to work in
  /// blocks.
  private static let columnBlock = 256

  /// Inputs of one sum by OpenBLAS, which is then added to the sum of the previous inputs. A single
  /// sum of 512 inputs would round three to four times as much, and so would the loss.
  private static let inputsSummedAtOnce = 64

  public init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// The implementations. Behind a protocol, the loops would stay generic and take half as long
  /// again.
  private enum Way {
    case openBLAS
    case floats(PackedLinearProduct<FloatFactor>)
    case pairs(PackedLinearProduct<PairFactor>)
  }

  /// The fastest implementation for maps of this shape on this machine.
  ///
  /// OpenBLAS packs the weights in each call, which is expensive with few images, and must know the
  /// processor. It is used for up to 48 outputs: these are presumably logits, which would lose
  /// digits in bfloat16 and take hardly any time. It is also used if the inputs are images: they
  /// have no padding, so an image may begin within a vector. AMX tiles are not used for linear
  /// layers; where the processor has them, float32 is faster than pairs in vectors.
  private func way(for x: FeatureMapShape) -> Way {
    guard x.fillsVectors && outputs >= 64 else { return .openBLAS }
    return x.arithmetic == .bfloat16 && !TileUnit.hasRegisters
      ? .pairs(PackedLinearProduct(inputs: inputs, outputs: outputs))
      : .floats(PackedLinearProduct(inputs: inputs, outputs: outputs))
  }

  /// Floats of scratch memory that a worker needs for batches up to this shape.
  public func scratchCount(for x: FeatureMapShape) -> Int {
    switch way(for: x) {
    case .openBLAS: 0
    case .floats(let product): product.scratchCount(images: x.count)
    case .pairs(let product): product.scratchCount(images: x.count)
    }
  }

  /// Floats of shared memory that products need for batches up to this shape.
  public func sharedCount(for x: FeatureMapShape) -> Int {
    switch way(for: x) {
    case .openBLAS:
      BLAS.rowsSummedAlike == 1
        ? x.count * x.wideImageCount : Self.filledUp(x.count) * (inputs + outputs)
    case .floats(let product): product.sharedCount(images: x.count)
    case .pairs(let product): product.sharedCount(images: x.count)
    }
  }

  /// Rows that OpenBLAS multiplies for `count` images.
  private static func filledUp(_ count: Int) -> Int {
    let unit = BLAS.rowsSummedAlike
    return (count + unit - 1) / unit * unit
  }

  /// y = x · weight + bias.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, into y: FeatureMap,
    on pool: WorkerPool
  ) {
    switch way(for: x.shape) {
    case .openBLAS: break
    case .floats(let product):
      return product.forward(x, weight: weight, bias: bias, into: y, on: pool)
    case .pairs(let product):
      return product.forward(x, weight: weight, bias: bias, into: y, on: pool)
    }
    let images = x.shape.count
    let rows = Self.filledUp(images)
    let isFilledUp = rows > images
    var x = widened(x, on: pool)
    let copy = pool.shared.base
    if isFilledUp {
      // Widened inputs are in `copy` already.
      if x != UnsafePointer(copy) { copy.update(from: x, count: images * inputs) }
      (copy + images * inputs).update(repeating: 0, count: (rows - images) * inputs)
      x = UnsafePointer(copy)
    }
    let source = x
    let target = isFilledUp ? copy + rows * inputs : y.base
    pool.forEachRange(of: outputs, size: Self.columnBlock) { columns, _ in
      for row in 0..<rows {
        (target + row * outputs + columns.lowerBound)
          .update(from: bias + columns.lowerBound, count: columns.count)
      }
      for input in stride(from: 0, to: inputs, by: Self.inputsSummedAtOnce) {
        BLAS.multiply(
          .matrix(source + input, stride: inputs),
          .matrix(weight + (input * outputs + columns.lowerBound), stride: outputs),
          into: target + columns.lowerBound, stride: outputs, adding: true, rows: rows,
          columns: columns.count, inner: min(Self.inputsSummedAtOnce, inputs - input))
      }
    }
    if isFilledUp { y.base.update(from: target, count: images * outputs) }
  }

  /// dx = (or +=) dy · weightᵀ.
  public func inputGradient(
    _ dy: FeatureMap, weight: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    switch way(for: dx.shape) {
    case .openBLAS: break
    case .floats(let product):
      return product.inputGradient(dy, weight: weight, into: dx, adding: adding, on: pool)
    case .pairs(let product):
      return product.inputGradient(dy, weight: weight, into: dx, adding: adding, on: pool)
    }
    let isRounded = dx.shape.precision != .float32
    let target = isRounded ? pool.shared.base : dx.base
    pool.forEachRange(of: inputs, size: Self.columnBlock) { columns, _ in
      BLAS.multiply(
        .matrix(dy.base, stride: outputs),
        .transposed(weight + columns.lowerBound * outputs, stride: outputs),
        into: target + columns.lowerBound, stride: inputs, adding: adding && !isRounded,
        rows: dy.shape.count, columns: columns.count, inner: outputs)
    }
    guard isRounded else { return }
    pool.forEachPiece(dx.shape.count) { image, _ in
      dx.round(target + image * inputs, into: image, adding: adding)
    }
  }

  /// dweight = xᵀ · dy.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    switch way(for: x.shape) {
    case .openBLAS: break
    case .floats(let product):
      return product.weightGradient(x, dy, into: gradient, on: pool)
    case .pairs(let product):
      return product.weightGradient(x, dy, into: gradient, on: pool)
    }
    let images = x.shape.count
    let x = widened(x, on: pool)
    pool.forEachRange(of: inputs, size: Self.columnBlock) { rows, _ in
      BLAS.multiply(
        .transposed(x + rows.lowerBound, stride: inputs), .matrix(dy.base, stride: outputs),
        into: gradient + rows.lowerBound * outputs, stride: outputs, rows: rows.count,
        columns: outputs, inner: images)
    }
  }

  /// The inputs as floats: the map itself, or a copy.
  private func widened(_ x: FeatureMap, on pool: WorkerPool) -> UnsafePointer<Float> {
    guard x.shape.precision != .float32 else { return UnsafePointer(x.base) }
    let target = pool.shared.base
    pool.forEachPiece(x.shape.count) { image, _ in
      x.widen(image: image, into: target + image * inputs)
    }
    return UnsafePointer(target)
  }
}
