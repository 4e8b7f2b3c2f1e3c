import ArgumentParser
import Augmentation
import Benchmarks
import Datasets
import Foundation
import Kernels
import Notebook
import Planning
import Processors
import Terminals

/// `tessera bench`: how fast the networks train and predict on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast the networks train and answer on this machine.",
    discussion: """
      Each network is measured at its recipe's batch size, with the recipe's augmentations, in a \
      process of its own.
      """)

  // Text, not numbers, so that the library reports errors in its one-line form.
  @Option(help: "Networks, separated by commas; all by default.")
  var networks: String?

  @Option(help: "Precisions, separated by commas; float32 where it is left out.")
  var precision: String?

  @Option(help: "Threads to compute with; all by default.")
  var threads: String?

  @Option(help: "Images a batch; each recipe's own where it is left out.")
  var batch: String?

  @Option(help: "Seconds for each pass of a network: training, with loading, inference (3).")
  var seconds: String?

  @Flag(help: "Print where a training step's time goes, by kind of layer.")
  var profile = false

  @Flag(help: "Print digests of weights and logits after three steps, instead of rates.")
  var digests = false

  @Flag(help: "Print which algorithm computes which pass of each convolution, instead of rates.")
  var algorithms = false

  @Flag(help: "Print a line of JSON a case.")
  var json = false

  @Flag(help: .private)
  var inThisProcess = false

  func run() throws {
    let request = try BenchmarkRequest(
      networks: networks, precisions: precision, threads: threads, batch: batch, seconds: seconds)
    try KernelTarget.prepare(threadCount: request.threadCount)
    let cases = try cases(of: request, in: try Project.here())
    if digests { return try printDigests(of: cases) }
    if algorithms { return try printAlgorithms(of: cases) }
    if inThisProcess {
      for benchmark in cases {
        Output.json(try benchmark.measure(seconds: request.seconds, profiles: profile).json())
      }
      return
    }
    for warning in Numerics.current.warnings {
      Output.error("warning: \(warning)")
    }
    for (index, benchmark) in cases.enumerated() {
      let result = try CaseProcess.run(
        arguments(for: benchmark, request), network: benchmark.network)
      if json {
        Output.json(try result.json())
      } else {
        if index == 0 { printLines(BenchmarkTable.legend(of: result) + [BenchmarkTable.header]) }
        printLines(BenchmarkTable.lines(of: result))
        printLines(result.profile.map(BenchmarkTable.lines) ?? [])
      }
      // If standard output is a pipe, its reader should get each case when it is done.
      fflush(nil)
    }
  }

  private func printDigests(of cases: [BenchmarkCase]) throws {
    for benchmark in cases {
      let digests = try benchmark.digests()
      printLines([
        "\(benchmark.network) \(benchmark.precision.rawValue) batch \(benchmark.batch)",
        "  weights \(digests.weights)", "  logits  \(digests.logits)",
      ])
      fflush(nil)
    }
  }

  private func printAlgorithms(of cases: [BenchmarkCase]) throws {
    printLines([AlgorithmTable.registers])
    for benchmark in cases {
      let title = "\(benchmark.network) \(benchmark.precision.rawValue) batch \(benchmark.batch)"
      let table = [AlgorithmTable.header] + (try benchmark.algorithms().cells)
      printLines(["", title] + columns(table, rightAligned: []))
    }
  }

  /// This program's arguments to measure one case.
  private func arguments(for benchmark: BenchmarkCase, _ request: BenchmarkRequest) -> [String] {
    [
      "bench", "--networks", benchmark.network, "--precision", benchmark.precision.rawValue,
      "--threads", "\(benchmark.threadCount)", "--batch", "\(benchmark.batch)",
      "--seconds", "\(request.seconds)", "--in-this-process",
    ] + (profile ? ["--profile"] : [])
  }

  /// A recipe's loading settings.
  private struct LoadingSettings: Decodable {
    struct Train: Decodable {
      let batch: Int
      let augment: [Augmentation]
    }
    let train: Train
    let preprocess: PreprocessSettings
  }

  private func cases(of request: BenchmarkRequest, in project: Project) throws -> [BenchmarkCase] {
    try request.networks.flatMap { network in
      let recipe = try project.recipe(
        for: RunRequest(
          recipe: BenchmarkCase.recipe(of: network), project: project, callerFolder: project.root))
      let settings = recipe.settings(matching: ["train.batch", "train.augment", "preprocess"])
      let loading = try JSONDecoder.settings.decode(
        LoadingSettings.self, from: Data(settings.json.utf8))
      return request.precisions.map { precision in
        BenchmarkCase(
          network: network, precision: precision, threadCount: request.threadCount,
          batch: request.batch ?? loading.train.batch, augmentations: loading.train.augment,
          preprocessing: loading.preprocess)
      }
    }
  }
}
