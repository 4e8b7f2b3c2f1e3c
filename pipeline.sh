#!/usr/bin/env bash
# The pipeline: decides what must run, runs it, and publishes each result.
#
# `tessera plan` compares a recipe with the artefacts in data/cache; this script follows its output:
# it calls one stage after the other, manages locks, folders and logs, and plans again after each
# stage, because an unchanged output ends the rerun there.
#
# Exit status: 0 done, 10 would run (--dry-run), 64 wrong usage, 65 bad data, 73 `data` can't be written
# to, 75 another command holds a lock, 130 interrupted with the state saved; otherwise that of the stage
# that failed.
set -euo pipefail

caller_folder=$PWD
# Resolves links, so that the project is found when the script is called through one.
root=${BASH_SOURCE[0]}
[[ ! -L $root ]] || root=$(readlink -f "$root")
[[ $root == /* ]] || root=./$root
cd -P "${root%/*}/"
root=$PWD
bin=${TESSERA_BIN:-$root/.build/release}
[[ $bin == /* ]] || bin=$caller_folder/$bin

readonly EXIT_USAGE=64 EXIT_UNWRITABLE=73 EXIT_BUSY=75 EXIT_INTERRUPTED=130
readonly commands=(run status why accept list dag inspect plot report compare sweep predict evaluate watch verify gc rm bench doctor test setup keys completion help)

# shellcheck source=stages/shell/help.sh
source stages/shell/help.sh
# shellcheck source=stages/shell/completion.sh
source stages/shell/completion.sh
# shellcheck source=stages/shell/locks.sh
source stages/shell/locks.sh
# shellcheck source=stages/shell/machine.sh
source stages/shell/machine.sh
# shellcheck source=stages/shell/figures.sh
source stages/shell/figures.sh
# shellcheck source=stages/shell/sweep.sh
source stages/shell/sweep.sh
# shellcheck source=stages/shell/slurm.sh
source stages/shell/slurm.sh

# --- Messages -------------------------------------------------------------------------------------

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi

# say TEXT...: one line. If the reader is gone (`| head`), it ends the run, between two stages.
say() { printf '%s\n' "$*" 2>/dev/null || exit $EXIT_INTERRUPTED; }
headline() { say "$bold$1$plain ${*:2}"; }

# fail STATUS MESSAGE: one line on standard error, then exit.
fail() {
  printf 'pipeline.sh: %s\n' "${*:2}" >&2
  exit "$1"
}

# The minimum number of insertions, deletions and replacements that turn one word into another.
edit_distance() {
  local a=$1 b=$2 i j cost best diagonal above
  local -a row=()
  for ((j = 0; j <= ${#b}; j++)); do row[j]=$j; done
  for ((i = 1; i <= ${#a}; i++)); do
    diagonal=${row[0]} row[0]=$i
    for ((j = 1; j <= ${#b}; j++)); do
      above=${row[j]} cost=1
      [[ ${a:i-1:1} != "${b:j-1:1}" ]] || cost=0
      best=$((diagonal + cost))
      ((above + 1 >= best)) || best=$((above + 1))
      ((row[j - 1] + 1 >= best)) || best=$((row[j - 1] + 1))
      row[j]=$best diagonal=$above
    done
  done
  echo "${row[${#b}]}"
}

# unknown WHAT WORD CANDIDATE...: ends with the nearest candidate, or all of them.
unknown() {
  local what=$1 word=$2 nearest='' least=99 candidate distance
  shift 2
  for candidate in "$@"; do
    distance=$(edit_distance "$word" "$candidate")
    if ((distance < least)); then least=$distance nearest=$candidate; fi
  done
  if ((least <= 1 + ${#word} / 3)); then
    fail $EXIT_USAGE "unknown $what '$word'; did you mean '$nearest'?"
  fi
  fail $EXIT_USAGE "unknown $what '$word'; there are: $*"
}

# --- Signals --------------------------------------------------------------------------------------
# A stage runs in its own process group, so that Ctrl-C reaches only this shell. The first is
# passed on as INT: a stage that supports it saves its state and exits 130. The second kills it, unless a
# batch system sends several signals itself and kills processes that take too long.

signals=0
is_patient=no
stage_pid=''
new_folder=''

on_signal() {
  local process
  signals=$((signals + 1))
  # The runs of a sweep forward it themselves.
  for process in "${!job_name[@]}"; do kill -INT "$process" 2>/dev/null || true; done
  [[ -n $stage_pid ]] || return 0
  if ((signals == 1)); then
    kill -INT -- "-$stage_pid" 2>/dev/null || true
  elif [[ $is_patient == no ]]; then
    kill -KILL -- "-$stage_pid" 2>/dev/null || true
  fi
}

stop_if_interrupted() { ((signals == 0)) || exit $EXIT_INTERRUPTED; }

clean_up() {
  [[ -z $new_folder ]] || rm -rf "$new_folder"
  end_live TERM
  unlock_result
  [[ $is_alone == no ]] || note_holder data/.lock ''
  [[ -z $run_lock || ! -e $run_lock_path ]] || note_holder "$run_lock_path" ''
}

catch_signals() {
  trap on_signal INT TERM HUP PIPE
  trap clean_up EXIT
}

# --- One stage ------------------------------------------------------------------------------------

# The argument that every call of tessera needs.
request=() selection=() threads='' force=no wait_for_locks=yes

# Warnings shown so far in this run, one per line: each is shown once.
shown_warnings=''

tessera() { "$bin/tessera" "$@"; }

# run_stage STAGE LOG ARGUMENT...: runs it in the foreground; its status is in stage_status.
run_stage() {
  local stage=$1 log=$2 log_input logger previous seen
  shift 2
  [[ -x $bin/$stage ]] || fail 70 "there is no executable '$bin/$stage' for the stage '$stage'; its target in Package.swift must have its name"
  # The logger outlives signals: it ends when the stage has closed its output.
  exec {log_input}> >(close_locks; exec "$bin/tessera" log "$log" --shown "$shown_warnings")
  logger=$!
  local terminal=0
  if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then terminal=1; fi
  set -m
  # The stage inherits the locks of its results and of the project, but not those of the run and the build.
  (
    ((${run_lock:-0} == 0)) || exec {run_lock}>&-
    ((${build_lock:-0} == 0)) || exec {build_lock}>&-
    TESSERA_TERMINAL=$terminal exec "$bin/$stage" "$@"
  ) </dev/null >&"$log_input" 2>&1 {log_input}>&- &
  stage_pid=$!
  set +m
  exec {log_input}>&-
  note_stage "$stage" "$stage_pid" "${log%/*}"
  until has_started "$stage_pid"; do :; done
  release_build
  ((signals == 0)) || kill -INT -- "-$stage_pid" 2>/dev/null || true
  # A trapped signal ends `wait` early; only the status of an uninterrupted wait counts.
  stage_status=0
  while true; do
    seen=$signals previous=$stage_status
    if wait "$stage_pid" 2>/dev/null; then stage_status=0; else stage_status=$?; fi
    ((stage_status != 127)) || stage_status=$previous
    ((signals != seen)) || break
  done
  stage_pid=''
  while kill -0 "$logger" 2>/dev/null; do wait "$logger" 2>/dev/null || true; done
  shown_warnings+=$(grep -h '^warning: ' "$log" 2>/dev/null | tail -n 50 || true)$'\n'
}

# run_step NAME REASON RESULT...: prepares a step, runs its stage and seals its outputs, unless
# another run does so meanwhile. RESULT: the step's own result, then its inputs.
run_step() {
  local name=$1 reason=$2 started stage work
  local -a call=()
  shift 2
  [[ -n $threads ]] || threads=$(nproc)
  lock_result "$@"
  [[ $one_at_a_time == no ]] || lock_stage "${1%-*}"
  hold_build
  mapfile -d '' call < <(tessera prepare "$name" "${request[@]}" "${selection[@]}" --threads "$threads" --result "$*")
  wait $!
  stop_if_interrupted
  if ((${#call[@]} == 0)); then
    release_build
    unlock_result
    return 0
  fi
  stage=${call[0]} new_folder=${call[1]} work=${call[2]}
  # The plan holds only if no source has been edited since the build.
  if ! is_built all; then
    rm -rf "$new_folder"
    release_build
    unlock_result
    build all
    return 0
  fi
  headline "$name:" "$reason"
  [[ ${call[3]} != resumes ]] || say "  resumes from the state in $work"
  started=${EPOCHREALTIME/[.,]/}
  run_stage "$stage" "$work/log.txt" "${call[@]:4}"
  local microseconds=$((${EPOCHREALTIME/[.,]/} - started)) seconds
  printf -v seconds '%d.%03d' $((microseconds / 1000000)) $((microseconds / 1000 % 1000))
  if ((stage_status == 0)); then
    seal "$name" "$seconds"
    unlock_result
  elif ((signals > 0 || stage_status == EXIT_INTERRUPTED)); then
    if has_state "$work"; then
      fail $EXIT_INTERRUPTED "$name was interrupted; its state is kept in $work, and the same command resumes it"
    fi
    rm -rf "$work"
    fail $EXIT_INTERRUPTED "$name was interrupted; the same command runs it again"
  elif ((stage_status > 128)); then
    fail "$stage_status" "$name was ended by the signal $(kill -l $((stage_status - 128)))$(what_killed "$stage_status"); earlier results are unchanged, and the same command continues; log: $work/log.txt"
  else
    fail "$stage_status" "$name failed (status $stage_status); earlier results are unchanged; log: $work/log.txt"
  fi
}

# has_state FOLDER: whether an interrupted stage has left more than its log there.
has_state() { [[ -n $(find "$1" -mindepth 1 ! -name log.txt ! -name progress.json -print -quit 2>/dev/null) ]]; }

# what_killed STATUS: the usual cause of the signal, as text to follow its name.
what_killed() {
  case $1 in
    137) printf ', which the system sends where memory runs out (%s kB of %s are free now): fewer threads, a smaller batch or less beside it may help' \
      "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" ;;
    152) printf ', a limit on processor time (ulimit -t)' ;;
    153) printf ', a limit on the size of files (ulimit -f)' ;;
  esac
}

# seal NAME SECONDS: publishes the new folder. Signals are deferred meanwhile.
seal() {
  local name=$1 seconds=$2 warning warnings
  warnings=$(
    trap '' INT TERM HUP PIPE
    exec "$bin/tessera" seal "$new_folder" --seconds "$seconds"
  )
  new_folder=''
  if [[ -n $warnings ]]; then
    while IFS= read -r warning; do
      [[ $shown_warnings == *"warning: $warning"$'\n'* ]] || say "  warning: $warning"
      shown_warnings+="warning: $warning"$'\n'
    done <<<"$warnings"
  fi
  say "  $name is done in ${seconds%??} s"
  ran+=("$name")
  [[ $force == no ]] || selection+=(--done "$name")
}

# --- A run ----------------------------------------------------------------------------------------

ran=() tidying=() publishing=() weaves=yes
declare -A reported=()

# run_until_complete RUN COMMAND: plans and runs until nothing is due.
run_until_complete() {
  local plan state name stage note result due reason run='' one_at_a_time is_live
  local -a current results
  SECONDS=0
  [[ $weaves == no ]] || publishing+=(--weave)
  if [[ $is_alone == yes ]]; then tidying=(--tidy); else own_run "$1" "$2 $1"; fi
  while true; do
    stop_if_interrupted
    plan=$(tessera plan "${request[@]}" "${selection[@]}" --publish "${publishing[@]}" "${tidying[@]}")
    tidying=()
    due='' reason='' current=() results=() one_at_a_time=no is_live=no
    while IFS=$'\t' read -r state name stage note result; do
      case $state in
        run) run=$name ;;
        warning)
          [[ -n ${reported[$name]:-} ]] || say "warning: $name"
          reported[$name]=yes
          ;;
        current) [[ -n ${reported[$name]:-} ]] || current+=("$name") ;;
        outdated)
          [[ -n ${reported[$name]:-} ]] || say "$name is used although it is out of date: ./pipeline.sh why $name $run"
          reported[$name]=yes
          ;;
        due)
          if [[ -z $due ]]; then
            due=$name reason=$note
            read -ra results <<<"$result"
          fi
          ;;
        alone) [[ $name != "$due" ]] || one_at_a_time=yes ;;
        live) [[ $name != "$due" ]] || is_live=yes ;;
      esac
    done <<<"$plan"
    [[ -n $due ]] || break
    if [[ $is_alone == yes ]]; then
      stop_being_alone
      has_waited=no
      own_run "$1" "$2 $1"
      [[ $has_waited == no ]] || continue
    fi
    if ((${#current[@]} > 0)); then say "up to date: ${current[*]}"; fi
    for name in "${current[@]}" "$due"; do reported[$name]=yes; done
    [[ $is_live == no ]] || start_live "$run"
    run_step "$due" "$reason" "${results[@]}"
  done
  report_run "$run" "$plan"
}

# report_run RUN PLAN: prints what ran, and which files to open.
report_run() {
  local run=$1 plan=$2 state name path note
  if ((${#ran[@]} == 0)); then
    headline "$run" "is up to date; nothing had to run"
  else
    headline "$run" "is up to date; ran ${ran[*]} in $SECONDS s"
  fi
  while IFS=$'\t' read -r state name path note; do
    case $state in
      open)
        printf -v name '%-22s' "$name"
        say "  $name $path${note:+  $note}"
        ;;
      edited) say "  note: $name" ;;
    esac
  done <<<"$plan"
  end_live USR1
}

# --- Commands -------------------------------------------------------------------------------------

# parse_run ARGUMENT...: parses the arguments of `run` into request, selection, threads and flags.
parse_run() {
  local recipe='' option value
  local -a words=()
  dry_run=no
  while (($# > 0)); do
    option=$1
    case $option in
      --*=*) option=${1%%=*} value=${1#*=} ;;
      --as | --set | --only | --from | --until | --threads)
        (($# > 1)) || fail $EXIT_USAGE "$1 needs a value; see ./pipeline.sh run --help"
        value=$2
        shift
        ;;
      *) value='' ;;
    esac
    shift
    case $option in
      --as) words+=("$option=$value") run_name=$value ;;
      --set) words+=("$option=$value") ;;
      --only | --from | --until)
        ((${#selection[@]} == 0)) || fail $EXIT_USAGE "--only, --from and --until exclude each other"
        selection=("$option=$value")
        ;;
      --threads)
        [[ $value =~ ^[1-9][0-9]{0,3}$ ]] || fail $EXIT_USAGE "--threads takes a number from 1, found '$value'"
        threads=$value
        ;;
      --force) force=yes ;;
      --dry-run) dry_run=yes ;;
      --watch) watches=yes ;;
      --wait) wait_for_locks=yes ;;
      --no-wait) wait_for_locks=no ;;
      -*) unknown option "$option" --as --set --only --from --until --force --dry-run --watch --threads --no-wait --help ;;
      *)
        [[ -z $recipe ]] || fail $EXIT_USAGE "expected one recipe, found '$recipe' and '$option'; see ./pipeline.sh run --help"
        recipe=$option
        ;;
    esac
  done
  [[ $force == no ]] || selection+=(--force)
  recipe=${recipe:-quickstart}
  request=("$recipe" "${words[@]}" --relative-to "$caller_folder")
  recipe=${recipe##*/}
  run_name=${run_name:-${recipe%.yaml}}
}

command_run() {
  local dry_run watches=no run_name=''
  parse_run "$@"
  if [[ $dry_run == yes ]]; then
    ensure_built tool
    exec "$bin/tessera" plan "${request[@]}" "${selection[@]}" --preview
  fi
  if [[ $watches == yes && -t 1 && ${TERM:-dumb} != dumb ]]; then watch_run "$run_name" "$@"; fi
  catch_signals
  ensure_built all
  share_project "run $run_name"
  run_until_complete "$run_name" run
}

command_gc() {
  ensure_built tool
  if [[ " $* " == *' --yes '* ]]; then own_project gc; fi
  tessera gc "$@"
}

command_rm() {
  ensure_built tool
  own_project "rm $*"
  tessera rm "$@"
}

command_accept() {
  ensure_built tool
  own_project "accept $*"
  tessera accept "$@"
}

# print_version: the version and, in a checkout of the project itself, the commit.
print_version() {
  local version commit=''
  version=$(<VERSION)
  if [[ -e .git ]] && command -v git >/dev/null; then
    commit=$(git describe --always --dirty=', with changes' --exclude '*' 2>/dev/null) || commit=''
  fi
  say "Tessera $version${commit:+ (commit $commit)}"
}

# is_file_name WORD: whether it can only be a file name, existing or not.
is_file_name() {
  [[ $1 == */* || -e $caller_folder/$1 ]] ||
    [[ $1 =~ \.(safetensors|csv|json|jsonl|yaml|gp|svg|png|txt|log|npy|npz|html)$ ]]
}

# command_inspect STEP|FILE [OPTION...]: a word that is not a file names an artefact.
command_inspect() {
  ensure_built tool
  local word path run='' found
  local -a words=()
  while (($# > 0)); do
    word=$1
    shift
    case $word in
      --run)
        (($# > 0)) || fail $EXIT_USAGE "--run needs the name of a run"
        run=$1
        shift
        ;;
      --run=*) run=${word#*=} ;;
      *) words+=("$word") ;;
    esac
  done
  if ((${#words[@]} > 0)) && [[ ${words[0]} != -* ]] && ! is_file_name "${words[0]}"; then
    found=$(tessera locate "${words[0]}" ${run:+--run "$run"})
    words=("${words[@]:1}")
    while IFS= read -r path; do words+=("$root/$path"); done <<<"$found"
  fi
  cd "$caller_folder"
  exec "$bin/tessera" inspect "${words[@]}"
}

main() {
  local word
  # Without a command, or with only options, it is `run`.
  if (($# == 0)) || [[ $1 == -* && ! $1 =~ ^(-h|--help|--version)$ ]]; then set -- run "$@"; fi
  local command=$1
  shift
  case $command in
    -h | --help | help) print_help "${1:-}"; return ;;
    --version) print_version; return ;;
    # Its arguments may be anything, even --help.
    complete) print_candidates "$@"; return ;;
  esac
  for word in "$@"; do
    if [[ $word == -h || $word == --help ]]; then print_help "$command"; return; fi
  done
  case $command in
    run | sweep | plot | watch | accept | inspect | gc | rm | doctor | test | setup | completion) "command_$command" "$@" ;;
    sweep-job) command_sweep_job "$@" ;;
    predict | evaluate) ensure_built tool; exec "$bin/tessera" "$command" --relative-to "$caller_folder" "$@" ;;
    status | why | list | dag | keys | report | compare | verify | bench) ensure_built tool; exec "$bin/tessera" "$command" "$@" ;;
    *)
      [[ ! -e stages/recipes/$command.yaml ]] || fail $EXIT_USAGE "unknown command '$command'; to run the recipe: ./pipeline.sh run $command"
      unknown command "$command" "${commands[@]}"
      ;;
  esac
}

main "$@"
