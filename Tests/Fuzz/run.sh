#!/usr/bin/env bash
# Fuzzes the readers of files: makes inputs, guided by what of the readers' code each input reaches.
#
#   Tests/Fuzz/run.sh [SECONDS] [READER…]
#
# FUZZ_SEED makes the inputs the same each time that the corpus is; without it each call tries others.
#
# SECONDS (60) are divided equally among the readers: those named, or all. Ends with 0 where every input
# keeps the promises, 1 where one does not (its path is printed, and how to run it again), 2 for a wrong
# word, and 77 where this toolchain has no libFuzzer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=Tests/Fuzz
corpus=$folder/corpus
build=.build/fuzz

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
readers=("$@")
if ((${#readers[@]} == 0)); then
  for path in "$corpus"/*/; do readers+=("$(basename "$path")"); done
fi
for reader in "${readers[@]}"; do
  if [[ ! -d $corpus/$reader ]]; then
    echo "fuzz: no reader '$reader'; there are: $(cd "$corpus" && echo *)" >&2
    exit 2
  fi
done

# Whether the compiler can instrument and link: the toolchains of some systems come without the library.
mkdir -p "$build"
probe=$build/probe
cat > "$probe.swift" <<'SWIFT'
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { 0 }
SWIFT
if ! swiftc -sanitize=fuzzer -parse-as-library "$probe.swift" -o "$probe" 2> "$probe.log"; then
  echo "fuzz: skipped, since this toolchain can't build with libFuzzer: $(grep -m 1 error "$probe.log" || true)" >&2
  exit 77
fi

TESSERA_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path "$build" --product fuzz

# Inputs that reach something new stay in the scratch folder and are the next call's beginning. Files for
# the readers lie in memory where the system has a folder for that.
scratch=$(mktemp -d "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/tessera-fuzz.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
share=$((seconds / ${#readers[@]}))
((share > 0)) || share=1
status=0
for reader in "${readers[@]}"; do
  found=$build/corpus/$reader
  log=$build/$reader.log
  mkdir -p "$found" "$build/faults"
  words=()
  [[ ! -f $folder/words/$reader ]] || words=("-dict=$folder/words/$reader")
  if FUZZ_READER=$reader TMPDIR=$scratch SWIFT_BACKTRACE=enable=no "$build/release/fuzz" "$found" "$corpus/$reader" "${words[@]}" \
    -seed="${FUZZ_SEED:-0}" -max_total_time="$share" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$build/faults/$reader-" 2> "$log"; then
    echo "$reader: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $share s," \
      "$(grep -o 'cov: [0-9]*' "$log" | tail -n 1)"
  else
    status=1
    echo "$reader: $(grep -m 1 -E 'Fatal error|ERROR: libFuzzer' "$log" || tail -n 1 "$log")"
    sed -n 's/^artifact_prefix.*Test unit written to //p' "$log" | while read -r input; do
      echo "  input: $input"
      echo "  again: FUZZ_READER=$reader $build/release/fuzz $input"
    done
  fi
done
exit "$status"
