import ArgumentParser
import Foundation
import Notebook
import TensorFiles
import Tensors
import Terminals

/// The tool behind pipeline.sh: it compares recipes with existing artefacts, explains, seals and inspects
/// artefacts. It runs no stage itself.
struct Tessera: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "The tool behind pipeline.sh: plans, explains, seals and inspects artefacts.",
    discussion: "It is run in the project's folder. pipeline.sh is what to call by hand.",
    subcommands: [
      PlanCommand.self, PrepareCommand.self, LogCommand.self, SealCommand.self, StatusCommand.self,
      WhyCommand.self, AcceptCommand.self, ListCommand.self, DagCommand.self, KeysCommand.self,
      WordsCommand.self, LocateCommand.self,
      InspectCommand.self, PredictCommand.self, EvaluateCommand.self, ReportCommand.self,
      CompareCommand.self, DrawCommand.self, BenchCommand.self, VerifyCommand.self, GCCommand.self,
      RemoveCommand.self, LockCommand.self, LatestCommand.self, SweepCommand.self,
      WatchCommand.self,
      LiveCommand.self,
    ])
}

reportFileSizeLimit()
MemoryShortage.endProgram { shortage in
  Output.error("pipeline.sh: \(shortage)")
  exit(EX_DATAERR)
}
do {
  var command = try Tessera.parseAsRoot(Array(PathText.commandLine.dropFirst()))
  try command.run()
} catch let error where Tessera.isOwn(error) {
  Output.error("pipeline.sh: \(Tessera.message(of: error))")
  fflush(nil)
  exit(Tessera.status(of: error))
} catch let error where Tessera.exitCode(for: error) == .validationFailure {
  Output.error("pipeline.sh: \(Tessera.usageMessage(of: error))")
  exit(EX_USAGE)
} catch {
  Tessera.exitPrintably(withError: error)
}
