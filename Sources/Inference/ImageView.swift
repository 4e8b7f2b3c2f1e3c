import Kernels
import Records
import Tensors

/// One view of the images of a batch: shifted by whole pixels, then mirrored.
struct ImageView: Equatable {
  /// Pixels by which the window moves down and to the right: −1, 0 or 1. Outside the image, pixels
  /// are reflected without repeating the outermost ones.
  let shift: Int
  let isMirrored: Bool
  /// The weight of the view's logits.
  let weight: Double

  static let mirrored = ImageView(shift: 0, isMirrored: true, weight: 1)

  /// Changes the images of a batch in place.
  ///
  /// Shapes: images `[N, H, W, 3]`.
  func apply(to images: FeatureMap, on pool: WorkerPool) {
    guard shift != 0 || isMirrored else { return }
    let (height, width) = (images.shape.height, images.shape.width)
    let (stride, imageStride) = (images.shape.channelStride, images.shape.imageStride)
    let columns = (0..<width).map {
      Self.place((isMirrored ? width - 1 - $0 : $0) + shift, width) * stride
    }
    pool.reserveScratch(imageStride)
    pool.forEachRange(of: images.shape.count, size: Self.imagesInPiece) { range, original in
      for position in range {
        let image = images.base + position * imageStride
        original.update(from: image, count: imageStride)
        for row in 0..<height {
          let source = original + Self.place(row + shift, height) * width * stride
          var target = image + row * width * stride
          for column in columns {
            target.update(from: source + column, count: stride)
            target += stride
          }
        }
      }
    }
  }

  private static let imagesInPiece = 8

  /// The row or column of the image at a position up to one pixel outside it.
  private static func place(_ position: Int, _ extent: Int) -> Int {
    if position < 0 { return min(-position, extent - 1) }
    return position < extent ? position : max(2 * (extent - 1) - position, 0)
  }
}

extension ImageViews.Kind {
  /// The views, the plain one first; their weights sum to one.
  ///
  /// Source of `shifted`: Jordan, 2024, arXiv:2404.00498, section 3.5.
  var views: [ImageView] {
    func pair(shift: Int, weight: Double) -> [ImageView] {
      [false, true].map { ImageView(shift: shift, isMirrored: $0, weight: weight) }
    }
    return switch self {
    case .plain: [ImageView(shift: 0, isMirrored: false, weight: 1)]
    case .mirrored: pair(shift: 0, weight: 0.5)
    case .shifted:
      pair(shift: 0, weight: 0.25) + pair(shift: -1, weight: 0.125) + pair(shift: 1, weight: 0.125)
    }
  }
}
