import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Metrics
import Models
import Records
import TensorFiles

/// Evaluates the network of a checkpoint on images from other sources.
public struct OtherEvaluation {
  private let checkpoint: TensorFile
  private let checkpointName: String
  private let normalization: Normalization
  private let views: ImageViews
  private let pool: WorkerPool
  public let description: CheckpointDescription

  /// - Parameters:
  ///   - name: The name of the checkpoint in the run: best, last, or epoch-160.
  ///   - flip: Whether each prediction is the mean of those for the image and its mirror image.
  /// - Throws: `TensorFileError` or `CheckpointError` if the file is not a checkpoint.
  public init(checkpoint url: URL, called name: String, flip: Bool, on pool: WorkerPool) throws {
    checkpoint = try Checkpoint.open(url)
    checkpointName = name
    description = try Checkpoint.description(of: checkpoint)
    normalization = try Normalization(metadata: description.normalization, file: url.path)
    views = flip ? .flip : .plain
    self.pool = pool
  }

  /// The results of an evaluation.
  public struct Result {
    public let report: EvaluationReport
    fileprivate let evaluation: Evaluation
    fileprivate let images: ImageSet
  }

  /// Evaluates on a set, whose classes must be the network's.
  ///
  /// - Parameter name: The name of the images in the report.
  /// - Throws: What `Evaluation` throws.
  public func evaluate(_ images: ImageSet, called name: String) throws -> Result {
    let evaluation = try Evaluation(
      checkpointName, checkpoint, on: BatchLoader(images, normalization: normalization),
      views: views, pool: pool)
    let report = EvaluationReport(
      of: .init(
        on: name, dataStatus: images.dataStatus, source: images.source.rawValue,
        selectedOnTest: false, views: views, classNames: images.classNames,
        warnings: [images.dataStatus.warning].compactMap { $0 }),
      checkpoints: [evaluation.figures], selected: 0,
      selection: .listed, count: images.count, confusion: evaluation.confusion,
      reliability: evaluation.reliability)
    return Result(report: report, evaluation: evaluation, images: images)
  }
}

extension OtherEvaluation.Result {
  /// Writes `metrics.json` and the same tensor files as an evaluation of the pipeline to a folder,
  /// which is created if necessary.
  public func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try AtomicFile.write(
      report.json(), to: folder.appendingPathComponent(EvaluationReport.fileName))
    try evaluation.write(to: folder, images: images, on: report.on)
  }
}
