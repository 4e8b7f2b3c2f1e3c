import Datasets
import Foundation
import TensorFiles

/// An image and the feature map of one filter, before and after training.
///
/// The tensor file, schema `feature-map`, holds
///
///     image    U8   [3, side, side]
///     filters  F32  [2, channels, height, width]   as initialised, as learnt
///     maps     F32  [2, height, width]
///     window   I64  [4]   of the shown position: top, left, height, width in the network's input
///     place    I64  [3]   its row and column in the map, and the side of the network's input
public struct FeatureMapFile {
  private let writer: TensorFileWriter

  /// - Parameters:
  ///   - image: The index of the image in the set.
  ///   - side: Width and height of the network's input.
  /// - Precondition: both examples have the same filter and position.
  public init(
    _ first: ConvolutionExample, _ learnt: ConvolutionExample, image: Int, of images: ImageSet,
    side: Int
  ) {
    precondition(
      first.geometry == learnt.geometry && first.filter == learnt.filter
        && (first.row, first.column) == (learnt.row, learnt.column),
      "filter \(first.filter) at \(first.row), \(first.column) and another")
    var writer = TensorFileWriter(
      schema: "feature-map",
      metadata: images.fileMetadata.merging(
        ["layer": first.layer, "filter": "\(first.filter)"]
      ) { _, new in new })
    let (geometry, size) = (first.geometry, images.pixelsPerImage)
    writer.add(
      "image", shape: [ImageSet.channels, images.side, images.side],
      Array(images.images[image * size..<(image + 1) * size]))
    writer.add(
      "filters",
      shape: [2, geometry.inputChannels, geometry.kernelHeight, geometry.kernelWidth],
      first.weights + learnt.weights)
    writer.add("maps", shape: [2, first.mapHeight, first.mapWidth], first.map + learnt.map)
    writer.add(
      "window", shape: [4],
      [
        geometry.stride * first.row - geometry.padding,
        geometry.stride * first.column - geometry.padding, geometry.kernelHeight,
        geometry.kernelWidth,
      ].map(Int64.init))
    writer.add("place", shape: [3], [first.row, first.column, side].map(Int64.init))
    self.writer = writer
  }

  /// Writes the file atomically.
  public func write(to url: URL) throws { try writer.write(to: url) }
}
