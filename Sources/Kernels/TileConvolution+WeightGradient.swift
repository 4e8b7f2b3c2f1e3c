import Tensors

extension TileConvolution {
  /// Gradients are summed in the same groups of images as without tiles.
  private var gradientGroups: Int { direct.gradientGroups }

  /// Floats that `weightGradient` needs besides.
  public var partialGradientCount: Int { direct.partialGradientCount }

  private var planes: TilePlanes { TilePlanes(direct, parts: parts) }

  private func gradient(of planes: TilePlanes) -> TileGradient {
    TileGradient(shape: output, parts: parts, pitch: planes.pitch)
  }

  /// Images whose products are summed in registers before the sums are fetched and stored.
  private func imagesInPass(_ planes: TilePlanes, _ gradient: TileGradient) -> Int {
    min(max(Self.cachedFrames / (4 * (planes.count + gradient.count)), 1), 8)
  }

  /// Floats of scratch memory that a worker needs in a weight gradient.
  public var weightGradientScratchCount: Int {
    let planes = self.planes
    let gradient = self.gradient(of: planes)
    return TileSums.vectorCount * FeatureMapShape.vectorWidth
      + imagesInPass(planes, gradient) * (planes.count + gradient.count)
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `partialGradientCount` floats.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let planes = self.planes
    let cut = self.gradient(of: planes)
    let imagesInPass = imagesInPass(planes, cut)
    let size = direct.layout.count
    let groupCount = min(gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      TileSums.begin()
      let sums = TileSums(memory: vectors(scratch))
      let memory = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      let cuts = memory + imagesInPass * planes.count
      memory.update(repeating: 0, count: imagesInPass * (planes.count + cut.count))
      let target = partial + group * size
      target.update(repeating: 0, count: size)
      let end = x.shape.count * (group + 1) / groupCount
      var first = x.shape.count * group / groupCount
      while first < end {
        let count = min(imagesInPass, end - first)
        for index in 0..<count {
          planes.fill(
            memory + index * planes.count, from: x.base + (first + index) * x.shape.imageStride,
            square: sums.memory)
          cut.fill(cuts + index * cut.count, from: dy.base + (first + index) * dy.shape.imageStride)
        }
        TileCorrelation(
          planes: planes, gradient: cut, layout: direct.layout, images: memory, gradients: cuts,
          count: count
        ).add(to: target, sums: sums)
        first += count
      }
      TileSums.end()
    }
    sumInOrder(partial, groups: groupCount, size: size, into: gradient, on: pool)
  }
}
