import CVectors
import Tensors

extension LinearPairProduct {
  /// dx = (or +=) dy · weightᵀ.
  ///
  /// Computed as dxᵀ, whose rows are those of the weight, where pairs of outputs lie side by side already;
  /// its vectors are of images.
  func inputGradient(
    _ dy: FeatureMap, weight: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    transpose(dy, on: pool)
    switch dx.shape.precision {
    case .float32: multiply(weight, Float.self, into: dx, adding: adding, on: pool)
    case .bfloat16: multiply(weight, BFloat16.self, into: dx, adding: adding, on: pool)
    }
  }

  /// Writes pairs of outputs to the pool's shared memory, of two vectors of images at a time:
  /// `[N / 32][O / 2][2][16][2]`, and of an odd one `[O / 2][16][2]`. Images that fill the last vector are zero.
  private func transpose(_ dy: FeatureMap, on pool: WorkerPool) {
    let (images, step, outputPairs) = (dy.shape.count, outputVectors, outputPairs)
    let width = FeatureMapShape.vectorWidth
    let lanes = Self.imageVectors(images)
    let source = vectors(dy.base)
    let target = pool.shared.memory.assumingMemoryBound(to: Pairs.self)
    pool.forEachPiece(outputVectors) { vector, scratch in
      let square = vectors(scratch)
      for lane in 0..<lanes {
        let count = min(width, images - lane * width)
        for image in 0..<count { square[image] = source[(lane * width + image) * step + vector] }
        for image in count..<width { square[image] = .zero }
        transposeFloats16(square)
        let block = lane & ~1
        let blockLanes = min(2, lanes - block)
        let place = target + (block * outputPairs + lane - block)
        for index in 0..<width / 2 {
          place[(vector * width / 2 + index) * blockLanes] = roundedPairs(
            square[2 * index], square[2 * index + 1])
        }
      }
    }
  }

  @inline(__always)
  private func multiply<Element: VectorElement>(
    _ weight: UnsafePointer<Float>, _: Element.Type, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    let width = FeatureMapShape.vectorWidth
    let (step, outputPairs) = (outputVectors, outputPairs)
    let lanes = Self.imageVectors(dx.shape.count)
    let rowBytes = Self.rowBytes(pairs: Self.panelPairs)
    let gradients = UnsafePointer(pool.shared.memory.assumingMemoryBound(to: Pairs.self))
    let weight = vectors(weight)
    pool.forEachRange(of: inputVectors, size: Self.blockVectors) { block, scratch in
      let rounded = UnsafeMutableRawPointer(scratch)
      let sums = vectors(scratch + Self.panelCount)
      let rows = block.count * width
      let source = weight + block.lowerBound * width * step
      for first in stride(from: 0, to: outputPairs, by: Self.panelPairs) {
        let pairs = min(Self.panelPairs, outputPairs - first)
        for row in 0..<rows {
          let numbers = source + (row * step + 2 * first / width)
          let row = PixelVectors<BFloat16>(rounded + row * rowBytes)
          for index in 0..<2 * pairs / width { row[index] = numbers[index] }
        }
        // After its last panel a worker goes on, most often, with the first of the block below.
        let (next, isLast) = (first + pairs, first + pairs == outputPairs)
        var coming = ComingRows(
          isLast ? source + rows * step : source + 2 * next / width, rows: rows, step: step,
          vectors: 2 * min(Self.panelPairs, isLast ? outputPairs : outputPairs - next) / width,
          during: Self.pairsInTurn(rows: rows, lanes: lanes, pairs: pairs))
        let product = MatrixPairProduct(
          pairs: pairs, inputBytes: rowBytes, outputStep: lanes, adding: first > 0)
        for lane in stride(from: 0, to: lanes, by: 2) {
          let blockLanes = min(2, lanes - lane)
          product.run(
            rows: rows, rounded, gradients + (lane * outputPairs + first * blockLanes),
            lanes: blockLanes, into: sums + lane, fetching: &coming)
        }
      }
      write(
        sums, of: block, squares: sums + rows * lanes, Element.self, into: dx, adding: adding)
    }
  }

  /// Writes sums of some vectors of inputs, `[inputs of the block][N / 16][16]`, to the images.
  ///
  /// - Parameter squares: As many vectors as the block has inputs.
  @inline(__always)
  private func write<Element: VectorElement>(
    _ sums: UnsafeMutablePointer<Vector>, of block: Range<Int>,
    squares: UnsafeMutablePointer<Vector>, _: Element.Type, into dx: FeatureMap, adding: Bool
  ) {
    let width = FeatureMapShape.vectorWidth
    let images = dx.shape.count
    let lanes = Self.imageVectors(images)
    let target = PixelVectors<Element>(dx) + block.lowerBound
    for lane in 0..<lanes {
      for row in 0..<block.count * width { squares[row] = sums[row * lanes + lane] }
      for vector in 0..<block.count { transposeFloats16(squares + vector * width) }
      for image in 0..<min(width, images - lane * width) {
        let place = target + (lane * width + image) * inputVectors
        for vector in 0..<block.count {
          let sum = squares[vector * width + image]
          place[vector] = adding ? place[vector] + sum : sum
        }
      }
    }
  }
}
