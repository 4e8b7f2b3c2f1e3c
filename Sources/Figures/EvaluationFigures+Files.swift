import Gnuplot
import Records
import TensorFiles

extension EvaluationFigures {
  /// The confusion matrix, from a file of the schema `confusion`.
  ///
  /// - Throws: `TensorFileError` if a tensor or a metadata entry is absent or has another shape.
  public func confusion(in file: TensorFile) throws -> Figure {
    let names = try DatasetMetadata(of: file).classNames
    return confusion(
      counts: try file.countRows(of: "counts", rows: names.count, columns: names.count),
      classNames: names)
  }

  /// The reliability diagram, from a file of the schema `reliability`.
  ///
  /// - Throws: As `confusion(in:)`.
  public func calibration(in file: TensorFile) throws -> Figure {
    let counts = try file.counts(of: "counts", shape: [nil])
    func column(_ name: String, _ count: Int) throws -> [Double] {
      try file.scalars(of: name, as: Double.self, shape: [count])
    }
    return calibration(
      edges: try column("edges", counts.count + 1), counts: counts,
      confidence: try column("confidence", counts.count),
      accuracy: try column("accuracy", counts.count))
  }
}
