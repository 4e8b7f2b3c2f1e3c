import Foundation
import Records
import TensorFiles

/// Mean and standard deviation of each channel, in units of pixel/255.
///
///     mean = Σ v·h(v) / (255·n)
///     std  = √(Σ h(v)·(v/255 − mean)² / n)
///
/// where h is the channel's histogram and n its number of pixels: the population's deviation, not the
/// sample's. The sum of the first line is an exact integer, and the second adds 256 terms, none
/// negative, so the result does not depend on the order of the pixels and nothing cancels.
public struct ChannelStatistics: Sendable, Equatable {
  /// Red, green, blue.
  public let mean: [Double]
  public let std: [Double]
  public let classCounts: [Int64]
  public let classNames: [String]
  public let dataStatus: DataStatus

  /// - Precondition: the histogram has counted at least one image.
  public init(of histogram: ChannelHistogram) {
    let moments = (0..<ImageSet.channels).map { channel in
      let first = channel * ChannelHistogram.values
      return Self.moments(of: histogram.counts[first..<first + ChannelHistogram.values])
    }
    mean = moments.map(\.mean)
    std = moments.map(\.std)
    classCounts = histogram.classCounts
    classNames = histogram.classNames
    dataStatus = histogram.dataStatus
  }

  /// - Precondition: the set is not empty.
  public init(of images: ImageSet) {
    self.init(of: ChannelHistogram(of: images))
  }

  private static func moments(of counts: ArraySlice<Int64>) -> (mean: Double, std: Double) {
    let total = Double(counts.reduce(0, +))
    precondition(total > 0, "the statistics of no pixels")
    // A sum in `Double` is exact below 2⁵³, enough for 10¹³ pixels.
    let sum = zip(0..., counts).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let mean = sum / (255 * total)
    let squares = zip(0..., counts).reduce(0.0) { squares, entry in
      let deviation = Double(entry.0) / 255 - mean
      return squares + Double(entry.1) * deviation * deviation
    }
    return (mean, (squares / total).squareRoot())
  }
}

/// The tensor file, schema `statistics`: `mean` and `std` F64 [3], `class_counts` I64 [classes], with
/// the metadata `class_names` and `data_status`.
extension ChannelStatistics {
  static let schema = "statistics"

  public func write(to url: URL) throws {
    let metadata = DatasetMetadata(classNames: classNames, dataStatus: dataStatus)
    var writer = TensorFileWriter(schema: Self.schema, metadata: metadata.entries)
    writer.add("mean", shape: [ImageSet.channels], mean)
    writer.add("std", shape: [ImageSet.channels], std)
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
    mean = try file.scalars(of: "mean", as: Double.self, shape: [ImageSet.channels])
    std = try file.scalars(of: "std", as: Double.self, shape: [ImageSet.channels])
    classCounts = try file.counts(of: "class_counts", shape: [metadata.classNames.count])
      .map(Int64.init)
  }
}
