import Comparison

/// The output of `compare --json`.
struct CompareAnswer: Answer {
  struct Run: Encodable {
    struct Best: Encodable {
      /// Percent.
      let top1: Double
      let epoch: Int
    }

    struct Evaluation: Encodable {
      /// Percent.
      let top1: Double?
      let images: Int
      /// `validation` or `test`.
      let on: String
      let selectedOnTest: Bool
      /// "6 views each"; absent if only the plain image was used.
      let views: String?
    }

    let name: String
    let network: String?
    /// Epochs of the training whose curves are drawn.
    let epochs: Int?
    let beginsWithWeightsOfAFile: Bool
    let bestValidation: Best?
    let evaluation: Evaluation?
    let trainingSeconds: Double?
    /// What is missing or can't be read.
    let remarks: [String]
  }

  struct Difference: Encodable {
    let key: String
    /// One value per run, in YAML; null for a run without one.
    let values: [String?]
  }

  /// Runs that differ only in their seeds.
  struct Group: Encodable {
    let runs: [String]
    /// Evaluated runs, and the mean of their top-1 in percent.
    let evaluated: Int
    let meanTop1: Double?
    let standardDeviation: Double?
    /// Half the width of the mean's 95 % interval.
    let halfWidth: Double?
  }

  let command = "compare"
  let runs: [Run]
  let differences: [Difference]
  let groups: [Group]
  /// Paths in the project.
  let curves: [String]

  init(_ comparison: RunComparison, groups: [RunComparison.SeedGroup], curves: [String]) {
    runs = comparison.runs.map { run in
      Run(
        name: run.name, network: run.network, epochs: run.history?.epochs.count,
        beginsWithWeightsOfAFile: run.startsFromFile,
        bestValidation: run.history?.best.map { Run.Best(top1: $0.top1, epoch: $0.epoch) },
        evaluation: run.evaluation.map {
          Run.Evaluation(
            top1: $0.top1, images: $0.count, on: $0.on,
            selectedOnTest: $0.selectedOnTest, views: $0.imageViews.mark)
        }, trainingSeconds: run.trainingSeconds, remarks: run.remarks)
    }
    differences = comparison.differences.map { Difference(key: $0.key, values: $0.values) }
    self.groups = groups.map { group in
      Group(
        runs: group.runs, evaluated: group.top1?.count ?? 0, meanTop1: group.top1?.mean,
        standardDeviation: group.top1?.standardDeviation, halfWidth: group.top1?.halfWidth)
    }
    self.curves = curves
  }
}
