import Tensors

/// Square RGB images as bytes, each with a label, as a file of any form holds them.
struct LabelledImages: Sendable, Equatable {
  /// Pixels `[N, 3, side, side]`.
  var images: [UInt8] = []
  /// Labels `[N]`.
  var labels: [ClassLabel] = []
  /// Width and height of an image.
  let side: Int
}
