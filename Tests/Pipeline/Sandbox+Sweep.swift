import Foundation

extension Sandbox {
  /// A project for sweeps: its training has a rate and a seed, and its score depends on both.
  static func swept(builds: Bool = false) throws -> Sandbox {
    let graph = Self.graph.replacing(
      "    reads: [train]\n", with: "    reads: [train]\n    seed: train.seed\n")
    let sandbox = try Sandbox(graph: graph, builds: builds)
    try sandbox.replace(
      "  train.rate:",
      by: "  train.seed: {type: integer, default: 1, about: \"seed\"}\n  train.rate:",
      in: "stages/schema.yaml")
    try sandbox.install(sweptTrain, as: "train")
    try sandbox.install(sweptScore, as: "score")
    return sandbox
  }

  /// Writes a history, and its rate and seed.
  private static let sweptTrain = #"""
    stop=0
    trap 'stop=1' INT
    rate=$(value rate) seed=$(value seed)
    echo "rate $rate seed $seed"
    touch "$SANDBOX/training-$rate-$seed"
    if [[ -e $SANDBOX/broken-$rate-$seed ]]; then echo "it is broken" >&2; exit 65; fi
    while [[ -e $SANDBOX/wait ]]; do sleep 0.05; [[ -e $SANDBOX/stateless ]] || echo 1 >"$work/state"; if ((stop)); then exit 130; fi; done
    echo "rate $rate seed $seed" >"$output/best.txt"
    {
      echo "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,validation_top5"
      echo "1,$rate,2,10,50,2,1$seed,50"
      echo "2,$rate,1,20,60,1,2$seed,60"
    } >"$output/history.csv"
    printf 'epoch,seconds\n1,0.5\n2,0.5\n' >"$output/timing.csv"
    """#

  /// 90 + 10 · rate + 0.1 · seed: the difference between settings is the same for all seeds.
  private static let sweptScore = #"""
    read -r _ rate _ seed <"${input[models]}/best.txt"
    top1=$(awk -v r="$rate" -v s="$seed" 'BEGIN { print 90 + 10 * r + 0.1 * s }')
    printf '{"top1": %s, "count": 100, "on": "test", "data_status": "generated", "selected_on_test": false, "per_class": [], "macro": {}}' "$top1" >"$output/metrics.json"
    """#
}
