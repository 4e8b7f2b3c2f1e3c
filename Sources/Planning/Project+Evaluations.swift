import Foundation

extension Project {
  /// The folder of the evaluations of a run's network on other data, as a path in the project.
  public func evaluationsPath(run: String) -> String { "data/evaluations/\(run)" }

  /// The folder of the results on the data called `name`, as a path in the project: outside the run's own
  /// results.
  public func evaluationPath(run: String, data name: String) -> String {
    "\(evaluationsPath(run: run))/\(PlainName.isPlain(name) ? name : "data")"
  }
}
