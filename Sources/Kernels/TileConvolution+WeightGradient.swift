import Tensors

extension TileConvolution {
  private var planes: TilePlanes { TilePlanes(direct, parts: parts) }

  private func gradient(of planes: TilePlanes) -> TileGradient {
    TileGradient(shape: output, parts: parts, pitch: planes.pitch)
  }

  /// Images whose products are summed in registers before the sums are fetched and stored.
  private func imagesInPass(_ planes: TilePlanes, _ gradient: TileGradient) -> Int {
    min(max(Self.cachedFrames / (4 * (planes.count + gradient.count)), 1), 8)
  }

  /// Floats of scratch memory that a worker needs in a weight gradient.
  var weightGradientScratchCount: Int {
    let planes = self.planes
    let gradient = self.gradient(of: planes)
    return TileSums.vectorCount * FeatureMapShape.vectorWidth
      + imagesInPass(planes, gradient) * (planes.count + gradient.count)
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `direct.partialGradientCount` floats.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let planes = self.planes
    let cut = self.gradient(of: planes)
    let imagesInPass = imagesInPass(planes, cut)
    let size = direct.layout.count
    let groupCount = min(direct.gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      let sums = TileSums.begin(memory: scratch)
      let memory = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      let cuts = memory + imagesInPass * planes.count
      memory.update(
        repeating: 0, count: min(imagesInPass, x.shape.count) * planes.count)
      cuts.update(repeating: 0, count: min(imagesInPass, x.shape.count) * cut.count)
      let target = partial + group * size
      target.update(repeating: 0, count: size)
      let end = x.shape.count * (group + 1) / groupCount
      var first = x.shape.count * group / groupCount
      while first < end {
        let count = min(imagesInPass, end - first)
        for index in 0..<count {
          planes.fill(
            memory + index * planes.count, from: x, image: first + index, square: sums.memory)
          cut.fill(cuts + index * cut.count, from: dy, image: first + index)
        }
        TileCorrelation(
          planes: planes, gradient: cut, layout: direct.layout, images: memory, gradients: cuts,
          count: count
        ).add(to: target, sums: sums)
        first += count
      }
      sums.end()
    }
    sumInOrder(partial, groups: groupCount, size: size, into: gradient, on: pool)
  }

  /// The gradient of each image's own kernel: the correlation of its x with its dy, not summed.
  ///
  /// - Parameters:
  ///   - gradients: `direct.kernelCount` floats for each image.
  ///   - stride: Floats from one image's gradient to the next's.
  func weightGradientPerSample(
    _ x: FeatureMap, _ dy: FeatureMap, into gradients: UnsafeMutablePointer<Float>, stride: Int,
    on pool: WorkerPool
  ) {
    let planes = self.planes
    let cut = self.gradient(of: planes)
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let sums = TileSums.begin(memory: scratch)
      let memory = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      memory.update(repeating: 0, count: planes.count + cut.count)
      for image in images {
        planes.fill(memory, from: x, image: image, square: sums.memory)
        cut.fill(memory + planes.count, from: dy, image: image)
        let target = gradients + image * stride
        target.update(repeating: 0, count: direct.layout.count)
        TileCorrelation(
          planes: planes, gradient: cut, layout: direct.layout, images: memory,
          gradients: memory + planes.count, count: 1
        ).add(to: target, sums: sums)
      }
      sums.end()
    }
  }
}
