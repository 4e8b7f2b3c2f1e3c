import Gnuplot
import Records
import TensorFiles

extension PictureFigures {
  /// Images and their augmentations, from a file of the schema `augmented`.
  ///
  /// - Throws: `TensorFileError` if a tensor or a metadata entry is absent or has another shape,
  ///   and `LogError`.
  public static func augmented(in file: TensorFile) throws -> Figure {
    let shape = try file.shape(of: "images")
    try file.requireShape([nil, nil, 3, nil, shape.last], of: "images")
    let status = RunStatus(data: try DatasetMetadata(of: file).dataStatus, selectedOnTest: false)
    return try PictureFigures(status: status).augmented(
      images: file.scalars(of: "images", as: UInt8.self), rows: shape[0], draws: shape[1],
      side: shape[3], kinds: file.requiredMetadata("augmentations"),
      file: file.url.lastPathComponent)
  }

  /// The first layer's filters, from a file of the schema `filters`.
  ///
  /// - Throws: As `augmented(in:)`.
  public func filters(in file: TensorFile) throws -> Figure {
    try filters(
      shape: file.shape(of: "filters"), weights: file.scalars(of: "filters", as: Float.self),
      file: file.url.lastPathComponent)
  }

  /// The most confident mistakes, from a file of the schema `mistakes`.
  ///
  /// - Parameter subject: The evaluated images, as named in titles.
  /// - Returns: Nil if there is no mistake.
  /// - Throws: As `augmented(in:)`.
  public func mistakes(in file: TensorFile, on subject: String) throws -> Figure? {
    let names = try DatasetMetadata(of: file).classNames
    let labels = try file.labels("labels", classes: names.count)
    let count = labels.count
    let (images, side) = try file.squareImages(count)
    return try mistakes(
      images: images, labels: labels,
      predicted: file.labels("predicted", count: count, classes: names.count),
      confidence: file.scalars(of: "confidence", as: Float.self, shape: [count]), side: side,
      classNames: names, subject: subject, file: file.url.lastPathComponent)
  }
}
