import Gnuplot
import Records
import TensorFiles

extension DataFigures {
  /// The figures of the data set from which a tensor file was made.
  ///
  /// - Throws: `TensorFileError` if the file's metadata do not describe the data set.
  public init(of file: TensorFile) throws {
    let metadata = try DatasetMetadata(of: file)
    self.init(classNames: metadata.classNames, data: metadata.dataStatus)
  }

  /// Images of each class, from a file of the schema `histogram`.
  ///
  /// - Throws: `TensorFileError` if a tensor is absent or has another shape.
  public func classes(in file: TensorFile) throws -> Figure {
    classes(counts: try file.counts(of: "class_counts", shape: [classNames.count]))
  }

  /// Pixel values by channel, from a file of the schema `histogram`.
  ///
  /// - Throws: As `classes(in:)`.
  public func pixels(in file: TensorFile) throws -> Figure {
    pixels(counts: try file.countRows(of: "counts", rows: 3, columns: 256))
  }

  /// Images of each class, from a file of the schema `images`.
  ///
  /// - Throws: As `classes(in:)`, and `LogError`.
  public func samples(in file: TensorFile) throws -> Figure {
    let labels = try file.labels("labels", classes: classNames.count)
    let (images, side) = try file.squareImages(labels.count)
    return try samples(
      images: images, labels: labels, side: side, file: file.url.lastPathComponent)
  }
}
