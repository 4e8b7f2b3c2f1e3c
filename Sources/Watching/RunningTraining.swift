import Figures
import Foundation
import Gnuplot
import Planning
import Records

/// The state of a running training: the progress and the history in its work folder.
public struct RunningTraining {
  public let run: String
  public let progress: TrainingProgress
  /// Nil before the first epoch is finished.
  public let history: TrainingHistory?

  /// - Parameter workFolder: The folder of the stage's state.
  /// - Returns: Nil if the folder is not that of a training.
  public init?(run: String, workFolder: URL) {
    guard let progress = TrainingProgress(inFolder: workFolder) else { return nil }
    self.run = run
    self.progress = progress
    history = try? TrainingHistory(
      contentsOf: workFolder.appendingPathComponent(TrainingHistory.fileName))
  }

  public init(run: String, progress: TrainingProgress, history: TrainingHistory?) {
    self.run = run
    self.progress = progress
    self.history = history
  }

  /// The present training of a run of the project; nil if it is not training.
  ///
  /// - Parameter run: The name of the run; if nil, any run that is training.
  public static func now(_ run: String?, in project: Project) -> RunningTraining? {
    for holder in LockHolder.all(in: project) {
      guard let folder = holder.workFolder, let name = holder.runName, run == nil || run == name,
        let training = RunningTraining(run: name, workFolder: project.url(folder))
      else { continue }
      return training
    }
    return nil
  }

  /// Loss, accuracy, learning rate and gap so far; nil before the first epoch is finished.
  public var overview: Figure? { figures?.overview }

  /// The latest finished epoch as a line, if it is later than epoch `seen`.
  public func newestEpoch(after seen: Int) -> (epoch: Int, text: String)? {
    guard let history, let epoch = history.epochs.last, epoch > seen else { return nil }
    func figures(_ name: String, _ curves: TrainingHistory.Curves) -> String {
      guard let loss = curves.loss.last ?? nil, let top1 = curves.top1.last ?? nil else {
        return ""
      }
      return "  \(name) \(WatchScreen.decimals(loss, 4)) \(WatchScreen.decimals(top1, 2)) %"
    }
    return (
      epoch,
      "\(run)  epoch \(epoch)/\(progress.lastEpoch)" + figures("train", history.training)
        + figures("validation", history.validation)
    )
  }

  var figures: TrainingFigures? {
    history.flatMap { history in
      history.isEmpty
        ? nil
        : TrainingFigures(
          history,
          status: RunStatus(
            data: progress.dataStatus,
            selectedOnTest: progress.isSelectedOnTest))
    }
  }
}
