import CVectors
import Tensors

extension PackedLinearProduct {
  /// dx = (or +=) dy · weightᵀ.
  ///
  /// It is computed as dxᵀ = weight · dyᵀ, since factors of outputs are contiguous in the rows of
  /// the weight. A vector holds one element of sixteen images.
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

  /// Writes factors of outputs to the pool's shared memory, for two vectors of images at a time:
  /// `[N / 32][factors][2]`, and `[factors]` for an odd last vector. Its missing images are zero.
  private func transpose(_ dy: FeatureMap, on pool: WorkerPool) {
    let (images, step, outputFactors) = (dy.shape.count, outputVectors, outputFactors)
    let width = FeatureMapShape.vectorWidth
    let vectors = Self.imageVectors(images)
    let source = asVectors(dy.base)
    let target = pool.shared.memory.assumingMemoryBound(to: Factor.Column.self)
    pool.forEachPiece(outputVectors) { vector, scratch in
      let square = asVectors(scratch)
      for column in 0..<vectors {
        let count = min(width, images - column * width)
        for image in 0..<count { square[image] = source[(column * width + image) * step + vector] }
        for image in count..<width { square[image] = .zero }
        transposeFloats16(square)
        let block = column & ~1
        let blockVectorCount = min(2, vectors - block)
        let place = target + (block * outputFactors + column - block)
        let factors = width / Factor.numbers
        for index in 0..<factors {
          let first = square + Factor.numbers * index
          place[(vector * factors + index) * blockVectorCount] = Factor.column(first[0], first[1])
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
    let (step, outputFactors) = (outputVectors, outputFactors)
    let vectors = Self.imageVectors(dx.shape.count)
    let rowBytes = Self.rowBytes(factors: Self.panelFactors)
    let gradients = UnsafePointer(pool.shared.memory.assumingMemoryBound(to: Factor.Column.self))
    let weight = asVectors(weight)
    pool.forEachRange(of: inputVectors, size: Self.blockVectors) { block, scratch in
      let rounded = UnsafeMutableRawPointer(scratch)
      let sums = asVectors(scratch + Self.panelCount)
      let rows = block.count * width
      let source = weight + block.lowerBound * width * step
      for first in stride(from: 0, to: outputFactors, by: Self.panelFactors) {
        let factors = min(Self.panelFactors, outputFactors - first)
        for row in 0..<rows {
          let numbers = source + (row * step + Factor.numbers * first / width)
          let row = PixelVectors<Factor.Number>(rounded + row * rowBytes)
          for index in 0..<Factor.numbers * factors / width { row[index] = numbers[index] }
        }
        // After its last panel, a worker usually continues with the first panel of the block below.
        let (next, isLast) = (first + factors, first + factors == outputFactors)
        let nextFactors = min(Self.panelFactors, isLast ? outputFactors : outputFactors - next)
        var coming = RowPrefetch(
          isLast ? source + rows * step : source + Factor.numbers * next / width, rows: rows,
          step: step, vectors: Factor.numbers * nextFactors / width,
          requests: Factor.requests(rows: rows, factors: factors, vectors: vectors))
        for column in stride(from: 0, to: vectors, by: 2) {
          let blockVectorCount = min(2, vectors - column)
          Factor.multiply(
            rows: rows, factors: factors, rounded, rowBytes: rowBytes,
            gradients + (column * outputFactors + first * blockVectorCount),
            vectors: blockVectorCount,
            into: sums + column, step: vectors, adding: first > 0, prefetching: &coming)
        }
      }
      write(
        sums, of: block, squares: sums + rows * vectors, Element.self, into: dx, adding: adding)
    }
  }

  /// Writes sums of some vectors of inputs, `[inputs of the block][N / 16][16]`, to the images.
  ///
  /// - Parameter squares: Scratch memory, one vector for each input of the block.
  @inline(__always)
  private func write<Element: VectorElement>(
    _ sums: UnsafeMutablePointer<Vector>, of block: Range<Int>,
    squares: UnsafeMutablePointer<Vector>, _: Element.Type, into dx: FeatureMap, adding: Bool
  ) {
    let width = FeatureMapShape.vectorWidth
    let images = dx.shape.count
    let vectors = Self.imageVectors(images)
    let target = PixelVectors<Element>(dx) + block.lowerBound
    for column in 0..<vectors {
      for row in 0..<block.count * width { squares[row] = sums[row * vectors + column] }
      for vector in 0..<block.count { transposeFloats16(squares + vector * width) }
      for image in 0..<min(width, images - column * width) {
        let place = target + (column * width + image) * inputVectors
        for vector in 0..<block.count {
          let sum = squares[vector * width + image]
          place[vector] = adding ? place[vector] + sum : sum
        }
      }
    }
  }
}
