import ArgumentParser
import Benchmarks
import Datasets
import Foundation
import Gnuplot
import Models
import Notebook
import OpenBLAS
import Planning
import Preflight
import Processors
import Prose
import Recipes
import Records
import Sweeps
import TensorFiles

extension Tessera {
  /// Whether the error is one of the library's, with a one-line description for the user.
  static func isOwn(_ error: any Error) -> Bool {
    error is PlanningError || error is SweepError || error is GraphError || error is RecipeError
      || error is RecipeSchemaError || error is TensorFileError || error is ProseError
      || error is CheckpointError || error is NetworkCatalogError || error is LogError
      || error is BenchmarkError || error is DatasetSettingsError || error is ProcessorMismatch
      || error is RenderError || error is RecipeCheckError || error is OpenBLASError
      || error is any PrintableError || error is CocoaError
  }

  /// The error as one line.
  static func message(of error: any Error) -> String {
    (error as? CocoaError)?.line ?? "\(error)"
  }

  /// 64 (`EX_USAGE`) for an error in the command line, 65 (`EX_DATAERR`) for one in a file, 75
  /// (`EX_TEMPFAIL`) if another command holds the lock.
  static func status(of error: any Error) -> Int32 {
    if case .inProgress = error as? SweepError { return EX_TEMPFAIL }
    let isUsage =
      (error as? PlanningError)?.isUsage ?? (error as? BenchmarkError)?.isUsage
      ?? (error as? SweepError)?.isUsage ?? false
    return isUsage ? EX_USAGE : EX_DATAERR
  }

  /// An error in the command line as one line, with the command's name as users type it.
  static func usageMessage(of error: any Error) -> String {
    var text = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    text.replace(/(--[a-z-]+) <[a-z][a-z.-]*>/) { $0.1 }
    // Placeholders as in the help: RUN..., not <run> ...
    text.replace(/<([a-z][a-z.-]*)>( \.\.\.)?/) {
      "\($0.1.uppercased())\($0.2 == nil ? "" : "...")"
    }
    if let first = text.first, first.isUppercase {
      text = first.lowercased() + text.dropFirst()
    }
    let words = PathText.commandLine.dropFirst().filter { !$0.hasPrefix("-") }
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let command = words.first, commands.contains(command) else {
      return "\(text); see ./pipeline.sh --help"
    }
    if text.hasSuffix(".") { text.removeLast() }
    text.replace(". Did you mean", with: "; did you mean")
    return "\(text)\(text.hasSuffix("?") ? "" : ";") see ./pipeline.sh \(command) --help"
  }
}
