import NumPyFiles

/// The layout of an array of square images: which dimension is which.
///
/// Accepted are `[N, H, W, 3]`, `[N, 3, H, W]`, and greys as `[N, H, W]`, `[N, H, W, 1]` or
/// `[N, 1, H, W]`.
struct PixelLayout: Equatable {
  let count: Int
  let height: Int
  let width: Int
  /// Elements between neighbours: images, rows, columns, channels. A grey image is used for all three channels.
  private let strides: (image: Int, row: Int, column: Int, channel: Int)

  /// - Returns: Nil if the shape is none of these.
  init?(_ array: NumPyArray) {
    let (shape, strides) = (array.shape, array.strides)
    switch shape.count {
    case 3:
      (count, height, width) = (shape[0], shape[1], shape[2])
      self.strides = (strides[0], strides[1], strides[2], 0)
    case 4 where shape[3] == 3 || shape[3] == 1:
      (count, height, width) = (shape[0], shape[1], shape[2])
      self.strides = (strides[0], strides[1], strides[2], shape[3] == 3 ? strides[3] : 0)
    case 4 where shape[1] == 3 || shape[1] == 1:
      (count, height, width) = (shape[0], shape[2], shape[3])
      self.strides = (strides[0], strides[2], strides[3], shape[1] == 3 ? strides[1] : 0)
    default: return nil
    }
  }

  static func == (left: PixelLayout, right: PixelLayout) -> Bool {
    (left.count, left.height, left.width) == (right.count, right.height, right.width)
      && left.strides == right.strides
  }

  /// Bytes of the pixels as three planes per image.
  var byteCount: Int { count * ImageSet.channels * height * width }

  /// The pixels as `[N, 3, H, W]`.
  ///
  /// - Parameter elements: Bytes of the array in stored order.
  func planes(of elements: ArraySlice<UInt8>) -> [UInt8] {
    let plane = height * width
    let isInOrder = strides == (ImageSet.channels * plane, width, 1, plane)
    if isInOrder { return Array(elements) }
    return elements.withUnsafeBufferPointer { elements in
      [UInt8](unsafeUninitializedCapacity: byteCount) { pixels, initialized in
        var place = 0
        for image in 0..<count {
          for channel in 0..<ImageSet.channels {
            for row in 0..<height {
              var element = image * strides.image + channel * strides.channel + row * strides.row
              for _ in 0..<width {
                pixels[place] = elements[element]
                place += 1
                element += strides.column
              }
            }
          }
        }
        initialized = place
      }
    }
  }
}
