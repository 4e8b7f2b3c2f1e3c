import Datasets
import Kernels
import Layers
import Loading
import Models
import Tensors

/// The filters that whiten the patches of images: their responses are uncorrelated and have equal
/// mean squares.
///
/// With E[p pᵀ] = V Λ Vᵀ over all patches p of k×k pixels, the filters are the rows of
/// (Λ + ε)^−½ Vᵀ, those of the largest eigenvalues first, followed by their negatives, since the
/// activation function keeps only one sign of each response.
///
/// Source: Page, 2019, "How to train your ResNet 8: bag of tricks", in the form of Jordan, 2024,
/// arXiv:2404.00498, section 3.2, which also gives ε.
package enum PatchWhitening {
  private static let epsilon = 5e-4
  private static let imageCount = 5_000

  /// Fills the whitening filters of a network, if it has any, from the first 5,000 images.
  ///
  /// - Parameter loader: Images as the network reads them, without augmentation.
  static func prepare(
    _ network: Network, with loader: @autoclosure () throws -> BatchLoader
  ) rethrows {
    for parameter in network.parameters where parameter.role == .whitening {
      let filters = filters(side: parameter.shape[2], of: try loader())
      parameter.load(dense: filters + filters.map { -$0 })
    }
  }

  /// As many filters as a patch has elements, `[3 side², 3, side, side]`.
  package static func filters(side: Int, of loader: BatchLoader) -> [Float] {
    let moment = secondMoment(side: side, of: loader)
    let (values, vectors) = SymmetricMatrix(moment).eigenvectors()
    return zip(values, vectors).flatMap { value, vector in
      vector.map { Float($0 / (value + epsilon).squareRoot()) }
    }
  }

  /// E[p pᵀ], with the elements of a patch in the order of a filter: channel, row, column.
  private static func secondMoment(side: Int, of loader: BatchLoader) -> [[Double]] {
    let size = 3 * side * side
    var sums = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    var count = 0.0
    let shape = FeatureMapShape.images(count: 1, height: loader.side, width: loader.side)
    let memory = AlignedBuffer(count: shape.elementCount)
    let map = FeatureMap(base: memory.base, shape: shape)
    let pool = WorkerPool(threadCount: 1)
    var labels: [ClassLabel] = [0]
    var patch = [Double](repeating: 0, count: size)
    let places = places(side)
    let indices = Array(0..<min(imageCount, loader.images.count))
    for index in indices.indices {
      labels.withUnsafeMutableBufferPointer {
        loader.load(indices[index...index], epoch: nil, into: map, labels: $0, on: pool)
      }
      for row in 0...loader.side - side {
        for column in 0...loader.side - side {
          for (element, place) in places.enumerated() {
            let pixel = (row + place.row) * loader.side + column + place.column
            patch[element] = Double(map.base[pixel * shape.channelStride + place.channel])
          }
          for first in 0..<size {
            for second in 0...first { sums[first][second] += patch[first] * patch[second] }
          }
          count += 1
        }
      }
    }
    return (0..<size).map { first in
      (0..<size).map { second in sums[max(first, second)][min(first, second)] / count }
    }
  }

  private static func places(_ side: Int) -> [(channel: Int, row: Int, column: Int)] {
    (0..<3).flatMap { channel in
      (0..<side * side).map { (channel, $0 / side, $0 % side) }
    }
  }
}
