import Foundation
import Testing

/// The live page and `watch`, with a stage that reports its progress.
@Suite struct LiveTests {
  /// Trains until the file `wait` is removed.
  private static let train = #"""
    stop=0
    trap 'stop=1' INT
    {
      echo "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,validation_top5"
      echo "1,0.1,2,30,50,2,25,50"
    } >"$work/history.csv"
    echo '{"network": "small", "epoch": 2, "lastEpoch": 4, "imagesDone": 5, "imagesInEpoch": 10, "imagesPerSecond": 5,
      "loss": 1.5, "isSelectedOnTest": false, "dataStatus": "generated", "confusions": []}' >"$work/progress.json"
    while [[ -e $SANDBOX/wait ]]; do sleep 0.05; if ((stop)); then exit 130; fi; done
    echo 1 >"$output/best.txt"
    cp "$work/history.csv" "$output"
    printf 'epoch,seconds\n1,0.5\n' >"$output/timing.csv"
    """#

  private let page = "plots/quickstart/live.html"

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox(
      graph: Sandbox.graph.replacing(
        "  train:\n    reads: [train]\n", with: "  train:\n    live: true\n    reads: [train]\n"))
    try sandbox.install(Self.train, as: "train")
    try sandbox.write("wait", "")
    return sandbox
  }

  private func wait(for text: String, in sandbox: Sandbox) throws {
    for _ in 0..<600 {
      if sandbox.exists(page), try sandbox.read(page).contains(text) { return }
      Thread.sleep(forTimeInterval: 0.1)
    }
    Issue.record("\(page) never says '\(text)'")
  }

  @Test func aPageFollowsTheTrainingAndLeadsToTheReport() throws {
    let sandbox = try sandbox()
    let run = try sandbox.start(["run", "quickstart"])
    try wait(for: "small, epoch 2 of 4: 37 % of the training", in: sandbox)
    #expect(try sandbox.read(page).contains("data:image/svg+xml"))

    let watch = try sandbox.start(["watch", "quickstart"])
    Thread.sleep(forTimeInterval: 2)
    try sandbox.remove("wait")
    let outcome = try run.finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("live: plots/quickstart/live.html"))
    #expect(try sandbox.read(page).contains("url=report.html"))
    let watched = try watch.finish()
    #expect(watched.status == 0, "\(watched.errors)")
    #expect(
      watched.output.contains(
        "quickstart  epoch 1/4  train 2.0000 30.00 %  validation 2.0000 25.00 %"))
    #expect(watched.output.contains("quickstart is not running"))

    // If nothing is to be run, nothing is shown and the page does not change.
    #expect(try !sandbox.succeed().contains("live:"))
    try sandbox.succeed("rm", "quickstart")
    #expect(!sandbox.exists(page))
  }

  /// A partial run that uses older results is finished too, although it has no report.
  @Test func aRunWithoutAReportIsFinished() throws {
    let sandbox = try sandbox()
    try sandbox.remove("wait")
    try sandbox.succeed()
    for file in ["data/runs/quickstart/run.json", "plots/quickstart/report.html"] {
      try sandbox.remove(file)
    }
    // A run may end before its first page is written.
    if sandbox.exists(page) { try sandbox.remove(page) }
    try sandbox.write("wait", "")
    let run = try sandbox.start([
      "run", "quickstart", "--only", "train", "--set", "data.count=5", "--set", "train.rate=0.25",
    ])
    try wait(for: "small, epoch 2 of 4", in: sandbox)
    try sandbox.remove("wait")
    let outcome = try run.finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!sandbox.exists("data/runs/quickstart/run.json"))
    #expect(try sandbox.read(page).contains("<p class=\"lead\">Finished.</p>"))
  }

  @Test func aStoppedTrainingSaysSo() throws {
    let sandbox = try sandbox()
    let run = try sandbox.start(["run", "quickstart"])
    try wait(for: "small, epoch 2 of 4", in: sandbox)
    run.send(SIGINT)
    #expect(try run.finish().status == 130)
    #expect(try sandbox.read(page).contains("Stopped before it was finished"))
  }

  @Test func watchingNothingSaysWhatToDo() throws {
    let sandbox = try sandbox()
    #expect(
      try sandbox.succeed("watch").contains(
        "no run is training; ./pipeline.sh run --watch starts one"))
    #expect(try sandbox.run("watch", "a", "b").status == 64)
  }
}
