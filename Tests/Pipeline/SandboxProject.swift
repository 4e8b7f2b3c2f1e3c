// The initial files of the sandbox's project.
extension Sandbox {
  static let graph = """
    format: 1
    stages:
      make:
        reads: [data]
        outputs:
          numbers: numbers.txt
      train:
        reads: [train]
        inputs:
          numbers: make.numbers
          start?: ~
        outputs:
          models: [best.txt, epoch-*.txt]
          history: history.csv
        records: [timing.csv]
      score:
        reads: [score]
        inputs:
          models: train.models
        outputs:
          metrics: metrics.json
        highlights: [metrics.json]
      draw:
        inputs:
          metrics: score.metrics
        outputs:
          figures: ["*.svg"]
        publish: plots
    """

  static let schema = """
    format: 1
    keys:
      data.count: {type: integer, default: 3, about: "how many numbers"}
      data.file: {type: path, default: null, about: "a file with numbers"}
      train.epochs: {type: integer, default: 2, about: "epochs"}
      train.rate: {type: number, default: 0.5, about: "rate"}
      train.print-every: {type: integer, default: 1, presentation: true, about: "lines"}
      score.digits: {type: integer, default: 1, about: "digits"}
    """

  static let recipe = """
    about: a small recipe
    data:
      count: 4
    train:
      epochs: 2
      rate: 0.5
    """

  static let package = """
    // swift-tools-version: 6.2
    import PackageDescription
    let package = Package(
      name: "Sandbox",
      targets: [
        .target(name: "Shared", dependencies: ["Deep"]),
        .target(name: "Deep"),
        .target(name: "Other"),
        .executableTarget(name: "train", dependencies: ["Shared"], path: "stages/train"),
      ]
    )
    """

  /// Reads the command line like `StageOptions`. `value KEY` prints a setting.
  static let prologue = #"""
    set -eu
    declare -A input=()
    while (($# > 0)); do
      case $1 in
        --settings) settings=$2 ;;
        --output) output=$2 ;;
        --work) work=$2 ;;
        --threads) threads=$2 ;;
        --input) input[${2%%=*}]=${2#*=} ;;
        *) echo "unknown argument $1" >&2; exit 64 ;;
      esac
      shift 2
    done
    value() { sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p" "$settings"; }
    basename "$0" >>"$SANDBOX/calls"

    """#

  /// `train` counts its epochs in its work folder and continues from there. With `SLOW`, each epoch
  /// takes longer; INT ends it between two epochs.
  static let stages = [
    "make": #"""
    file=$(value file)
    if [[ $file == null ]]; then
      seq "$(value count)" >"$output/numbers.txt"
    else
      cp "$(tr -d '"' <<<"$file")" "$output/numbers.txt"
    fi
    """#,
    "train": #"""
    stop=0
    trap 'stop=1' INT
    epoch=0
    if [[ -e $work/state ]]; then epoch=$(<"$work/state"); fi
    echo "training from epoch $epoch with $threads threads"
    while ((epoch < $(value epochs))); do
      epoch=$((epoch + 1))
      echo "$epoch" >"$work/state"
      if [[ -e $SANDBOX/slow ]]; then touch "$SANDBOX/training"; sleep 0.3 || true; fi
      if ((stop)); then exit 130; fi
    done
    if [[ -e $SANDBOX/broken ]]; then echo "train: error: it is broken" >&2; exit 65; fi
    if [[ -e $SANDBOX/lazy ]]; then exit 0; fi
    { cat "${input[numbers]}"; echo "rate $(value rate) epochs $(value epochs)"; } >"$output/best.txt"
    if [[ -n ${input[start]:-} ]]; then echo "start $(basename "${input[start]}")" >>"$output/best.txt"; fi
    echo "last" >"$output/epoch-$(value epochs).txt"
    echo "epoch,loss" >"$output/history.csv"
    date +%N >"$output/timing.csv"
    echo '{"numerics": {"blasCore": "Haswell"}, "warnings": ["slow kernels"]}' >"$output/facts.json"
    """#,
    "score": #"""
    grep -c . "${input[models]}/best.txt" >"$output/lines"
    echo "{\"lines\": $(<"$output/lines")}" >"$output/metrics.json"
    rm "$output/lines"
    """#,
    "draw": #"""
    echo "<svg>$(<"${input[metrics]}")</svg>" >"$output/score.svg"
    """#,
  ]

  /// A compiler that records its calls. If the file `edit` exists, a source is edited during the
  /// build.
  static let compiler = #"""
    #!/bin/bash
    set -eu
    echo "$*" >>"$SANDBOX/builds"
    if [[ -e $SANDBOX/edit ]]; then
      rm "$SANDBOX/edit"
      echo "let edited = 1" >>"$SANDBOX/stages/train/main.swift"
    fi
    if [[ -e $SANDBOX/unsound ]]; then exit 1; fi
    folder=.build/release
    [[ $* != *--scratch-path* ]] || folder=${*: -1}/release
    [[ -z ${TESSERA_CPU:-} ]] || echo "$TESSERA_CPU $folder" >>"$SANDBOX/processors"
    mkdir -p "$folder"
    ln -sf "$SANDBOX"/bin/* "$folder/"
    """#
}
