import Kernels
import Loading
import Models
import Tensors
import Testing
import Training

@Suite struct PatchWhiteningTests {
  private func product(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0.0) { sum, pair in sum + pair.0 * pair.1 }
  }

  /// A V = V Λ, with orthonormal V and descending Λ.
  @Test func `eigenvectors of a symmetric matrix`() {
    func element(_ row: Int, _ column: Int) -> Double {
      let diagonal = row == column ? Double(row % 4) : 0
      return diagonal + 1 / Double(row + column + 1)
    }
    let a = (0..<12).map { row in (0..<12).map { element(row, $0) } }
    let (values, vectors) = SymmetricMatrix(a).eigenvectors()
    #expect(values == values.sorted(by: >))
    for (value, vector) in zip(values, vectors) {
      for row in 0..<12 {
        #expect(abs(product(a[row], vector) - value * vector[row]) < 1e-12)
      }
      for other in vectors {
        #expect(abs(product(vector, other) - (vector == other ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test func `a diagonal matrix needs no rotation`() {
    let (values, vectors) = SymmetricMatrix([[1, 0, 0], [0, 3, 0], [0, 0, 2]]).eigenvectors()
    #expect(values == [3, 2, 1])
    #expect(vectors == [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
  }

  /// Over the patches from which the filters were computed, the responses of two filters have mean
  /// product zero, and those of one filter have mean square λ / (λ + ε).
  @Test func `responses are uncorrelated`() throws {
    let images = Fixture.images(60, of: .train)
    let loader = BatchLoader(images, normalization: try images.requiredNormalization())
    let filters = PatchWhitening.filters(side: 2, of: loader)
    #expect(filters.count == 144)
    let shape = FeatureMapShape.images(count: 60, height: 32, width: 32)
    let memory = AlignedBuffer(count: shape.elementCount)
    let map = FeatureMap(base: memory.base, shape: shape)
    var labels = [ClassLabel](repeating: 0, count: 60)
    let indices = Array(0..<60)
    labels.withUnsafeMutableBufferPointer {
      loader.load(indices[...], epoch: nil, into: map, labels: $0, on: WorkerPool(threadCount: 1))
    }
    var products = [[Double]](repeating: [Double](repeating: 0, count: 12), count: 12)
    var count = 0.0
    for image in 0..<60 {
      for row in 0..<31 {
        for column in 0..<31 {
          let responses = (0..<12).map { filter in
            var sum = 0.0
            for element in 0..<12 {
              let (channel, y, x) = (element / 4, row + element / 2 % 2, column + element % 2)
              let pixel = memory.base[
                image * shape.imageStride + (y * 32 + x) * shape.channelStride + channel]
              sum += Double(filters[filter * 12 + element]) * Double(pixel)
            }
            return sum
          }
          for first in 0..<12 {
            for second in 0..<12 { products[first][second] += responses[first] * responses[second] }
          }
          count += 1
        }
      }
    }
    for first in 0..<12 {
      #expect((0.01...1).contains(products[first][first] / count), "filter \(first)")
      for second in 0..<12 where second != first {
        #expect(abs(products[first][second] / count) < 1e-4, "filters \(first) and \(second)")
      }
    }
  }

  /// A new network has the filters, then their negatives; a checkpoint keeps its filters.
  @Test func `a new network is given them`() throws {
    let images = Fixture.images(40, of: .train)
    var settings = Fixture.settings(network: "airbench", width: nil, epochs: 1)
    settings.architecture = ["widths": [8]]
    let network = try PreparedNetwork(settings, for: images, from: nil).network
    let values = try #require(network.parameters.first { $0.role == .whitening }).dense()
    let loader = BatchLoader(images, normalization: try images.requiredNormalization())
    let filters = PatchWhitening.filters(side: 2, of: loader)
    #expect(values == filters + filters.map { -$0 })
  }
}
