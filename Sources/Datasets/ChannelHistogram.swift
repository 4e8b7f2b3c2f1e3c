import Foundation
import Records
import TensorFiles

/// How often each byte occurs in each channel, and each label.
///
/// These 768 integers suffice to compute exact means, deviations and histograms.
public struct ChannelHistogram: Sendable, Equatable {
  /// `counts[channel * 256 + value]`.
  public let counts: [Int64]
  public let classCounts: [Int64]
  public let classNames: [String]
  public let dataStatus: DataStatus

  /// The number of values of a byte.
  public static let values = 256

  /// Counts the pixels and labels of a set.
  public init(of images: ImageSet) {
    counts = Self.counts(ofPixels: images.images, pixelsPerChannel: images.pixelsPerChannel)
    classCounts = images.classCounts.map(Int64.init)
    classNames = images.classNames
    dataStatus = images.dataStatus
  }

  /// Counts of pixels `[N, 3, pixelsPerChannel]`.
  private static func counts(ofPixels pixels: [UInt8], pixelsPerChannel: Int) -> [Int64] {
    // Two tables alternate: neighbouring pixels are often equal, and a count that was just written
    // can't be read again without a stall.
    var even = [Int64](repeating: 0, count: ImageSet.channels * values)
    var odd = even
    pixels.withUnsafeBufferPointer { pixels in
      for plane in 0..<pixels.count / pixelsPerChannel {
        let table = plane % ImageSet.channels * values
        let first = plane * pixelsPerChannel
        let end = first + pixelsPerChannel
        for pixel in stride(from: first, to: end - 1, by: 2) {
          even[table + Int(pixels[pixel])] += 1
          odd[table + Int(pixels[pixel + 1])] += 1
        }
        if !pixelsPerChannel.isMultiple(of: 2) { even[table + Int(pixels[end - 1])] += 1 }
      }
    }
    return zip(even, odd).map { $0 + $1 }
  }
}

/// The tensor file, schema `histogram`: `counts` I64 [3, 256] and `class_counts` I64 [classes], with
/// the metadata `class_names` and `data_status`.
extension ChannelHistogram {
  static let schema = "histogram"

  public func write(to url: URL) throws {
    let metadata = DatasetMetadata(classNames: classNames, dataStatus: dataStatus)
    var writer = TensorFileWriter(schema: Self.schema, metadata: metadata.entries)
    writer.add("counts", shape: [ImageSet.channels, Self.values], counts)
    writer.add("class_counts", shape: [classCounts.count], classCounts)
    try writer.write(to: url)
  }

  /// - Parameter stage: The stage that writes such files, for error messages.
  public init(contentsOf url: URL, producedBy stage: String = "STAGE") throws {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(Self.schema, version: 1, producedBy: stage)
    let metadata = try DatasetMetadata(of: file)
    classNames = metadata.classNames
    dataStatus = metadata.dataStatus
    counts = try file.counts(of: "counts", shape: [ImageSet.channels, Self.values])
      .map(Int64.init)
    classCounts = try file.counts(of: "class_counts", shape: [metadata.classNames.count])
      .map(Int64.init)
  }
}
