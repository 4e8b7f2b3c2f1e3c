#!/usr/bin/env bash
# The pipeline: decides what must run, runs it, and leaves each result where it can be opened.
#
# `tessera plan` compares a recipe with what stands in data/cache; this script walks what it prints:
# it calls one stage after the other, keeps order, lock, folders and logs, and plans again after each
# stage, because an output that comes out equal stops the rerun there.
#
# Exit status: 0 done, 10 would run (--dry-run), 64 a wrong word, 65 bad data, 73 `data` can't be written
# to, 75 another run holds the lock, 130 interrupted with the state saved; otherwise that of the stage
# that failed.
set -euo pipefail

caller_folder=$PWD
# Called through a link, the project is where the link leads.
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
cd "$root"
bin=${TESSERA_BIN:-$root/.build/release}
[[ $bin == /* ]] || bin=$caller_folder/$bin

readonly EXIT_USAGE=64 EXIT_UNWRITABLE=73 EXIT_BUSY=75 EXIT_INTERRUPTED=130
readonly commands=(run status why accept list dag inspect plot report compare predict evaluate verify gc rm bench doctor test setup help)

# shellcheck source=stages/shell/help.sh
source stages/shell/help.sh
# shellcheck source=stages/shell/machine.sh
source stages/shell/machine.sh
# shellcheck source=stages/shell/figures.sh
source stages/shell/figures.sh

# --- Messages -------------------------------------------------------------------------------------

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi

# say TEXT...: one line. Where nobody reads any more (`| head`) it ends the run, between two stages.
say() { printf '%s\n' "$*" 2>/dev/null || exit $EXIT_INTERRUPTED; }
headline() { say "$bold$1$plain ${*:2}"; }

# fail STATUS MESSAGE: one line on standard error, and the end.
fail() {
  printf 'pipeline.sh: %s\n' "${*:2}" >&2
  exit "$1"
}

# The least number of insertions, deletions and replacements that turn one word into another.
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
# A stage runs in a process group of its own, so that a Ctrl-C reaches this shell alone. The first is
# passed on as INT: a stage that can saves its state and exits 130. The second kills it.

signals=0
stage_pid=''
new_folder=''

on_signal() {
  signals=$((signals + 1))
  [[ -n $stage_pid ]] || return 0
  if ((signals == 1)); then
    kill -INT -- "-$stage_pid" 2>/dev/null || true
  else
    kill -KILL -- "-$stage_pid" 2>/dev/null || true
  fi
}

stop_if_interrupted() { ((signals == 0)) || exit $EXIT_INTERRUPTED; }

clean_up() { [[ -z $new_folder ]] || rm -rf "$new_folder"; }

catch_signals() {
  trap on_signal INT TERM HUP PIPE
  trap clean_up EXIT
}

# --- The lock -------------------------------------------------------------------------------------
# The kernel frees it when the last process that holds the descriptor ends. Stages inherit it, so a
# trainer that outlives a killed shell still holds it. What the file says is information only.

lock=''

# note_holder TEXT: in one write over what stood there, so that no death leaves the file empty.
note_holder() { printf '%-200.200s\n' "$1" 1<>data/.lock; }

# take_lock WAIT COMMAND
take_lock() {
  local holder='' status=0
  mkdir -p data/cache data/work data/runs || fail $EXIT_UNWRITABLE "the folders of data can't be made; check the disk and its permissions"
  [[ ! -L data/.lock ]] || fail $EXIT_UNWRITABLE "data/.lock is a link; remove it"
  [[ ! -e data/.lock || -f data/.lock && -r data/.lock && -w data/.lock ]] ||
    fail $EXIT_UNWRITABLE "data/.lock is not a file that can be written; remove it or correct its permissions"
  exec {lock}<>data/.lock
  flock -n -E $EXIT_BUSY "$lock" || status=$?
  if ((status == EXIT_BUSY)); then
    read -r holder <data/.lock || true
    holder=${holder//[^[:print:]]/?}
    [[ $1 == yes ]] || fail $EXIT_BUSY "another run holds the lock (${holder:-unknown})$([[ $2 != run\ * ]] || printf '; add --wait to wait for it')"
    say "waiting for another run (${holder:-unknown})"
    status=0
    flock "$lock" || status=$?
    stop_if_interrupted
  fi
  ((status == 0)) || fail $EXIT_UNWRITABLE "data/.lock can't be locked (flock: status $status); the file system of data must support locks"
  note_holder "process $$: $2"
}

# without_lock COMMAND...: what a command may leave running must not hold the lock.
without_lock() {
  (
    [[ -z $lock ]] || exec {lock}>&-
    exec "$@"
  )
}

# --- One stage ------------------------------------------------------------------------------------

# The word of the command line, as every call of tessera needs it.
request=() selection=() threads=1 force=no

tessera() { "$bin/tessera" "$@"; }

# run_stage STAGE LOG ARGUMENT...: runs it in the foreground; its status is in stage_status.
run_stage() {
  local stage=$1 log=$2 log_input logger previous seen
  shift 2
  [[ -x $bin/$stage ]] || fail 70 "there is no executable '$bin/$stage' for the stage '$stage'; its target in Package.swift must have its name"
  # The logger outlives signals: it ends when the stage has closed its output.
  exec {log_input}> >(exec {lock}>&-; exec "$bin/tessera" log "$log")
  logger=$!
  local terminal=0
  if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then terminal=1; fi
  set -m
  TESSERA_TERMINAL=$terminal "$bin/$stage" "$@" </dev/null >&"$log_input" 2>&1 {log_input}>&- &
  stage_pid=$!
  set +m
  exec {log_input}>&-
  note_holder "process $$: stage $stage, process $stage_pid, work ${log%/*}"
  ((signals == 0)) || kill -INT -- "-$stage_pid" 2>/dev/null || true
  # A trapped signal ends `wait` early; the status that counts is that of a wait without one.
  stage_status=0
  while true; do
    seen=$signals previous=$stage_status
    if wait "$stage_pid" 2>/dev/null; then stage_status=0; else stage_status=$?; fi
    ((stage_status != 127)) || stage_status=$previous
    ((signals != seen)) || break
  done
  stage_pid=''
  while kill -0 "$logger" 2>/dev/null; do wait "$logger" 2>/dev/null || true; done
}

# run_instance NAME REASON: prepares an instance, runs its stage and seals what it wrote.
run_instance() {
  local name=$1 reason=$2 started stage work
  local -a call=()
  mapfile -d '' call < <(tessera prepare "$name" "${request[@]}" "${selection[@]}" --threads "$threads")
  wait $!
  stop_if_interrupted
  ((${#call[@]} > 0)) || return 0
  stage=${call[0]} new_folder=${call[1]} work=${call[2]}
  # What was planned is only what runs if no source has been edited since the build.
  if ! is_built all; then
    rm -rf "$new_folder"
    build all
    return 0
  fi
  headline "$name:" "$reason"
  [[ ${call[3]} != resumes ]] || say "  goes on from the state in $work"
  started=${EPOCHREALTIME/[.,]/}
  run_stage "$stage" "$work/log.txt" "${call[@]:4}"
  local microseconds=$((${EPOCHREALTIME/[.,]/} - started)) seconds
  printf -v seconds '%d.%03d' $((microseconds / 1000000)) $((microseconds / 1000 % 1000))
  if ((stage_status == 0)); then
    seal "$name" "$seconds"
  elif ((signals > 0 || stage_status == EXIT_INTERRUPTED)); then
    if has_state "$work"; then
      fail $EXIT_INTERRUPTED "$name was interrupted; its state is kept in $work, and the same command goes on from it"
    fi
    rm -rf "$work"
    fail $EXIT_INTERRUPTED "$name was interrupted; the same command runs it again"
  elif ((stage_status > 128)); then
    fail "$stage_status" "$name was ended by the signal $(kill -l $((stage_status - 128)))$(what_killed "$stage_status"); what stood before still stands, and the same command goes on; log: $work/log.txt"
  else
    fail "$stage_status" "$name failed (status $stage_status); what stood before still stands; log: $work/log.txt"
  fi
}

# has_state FOLDER: whether an interrupted stage has left more than its log there.
has_state() { [[ -n $(find "$1" -mindepth 1 ! -name log.txt -print -quit 2>/dev/null) ]]; }

# what_killed STATUS: what mostly sends the signal, in words that follow its name.
what_killed() {
  case $1 in
    137) printf ', which the system sends where memory runs out (%s kB of %s are free now): fewer threads, a smaller batch or less beside it may help' \
      "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" ;;
    152) printf ', a limit on processor time (ulimit -t)' ;;
    153) printf ', a limit on the size of files (ulimit -f)' ;;
  esac
}

# seal NAME SECONDS: publishes the new folder. Signals have to wait meanwhile.
seal() {
  local name=$1 seconds=$2 warning warnings
  warnings=$(
    trap '' INT TERM HUP PIPE
    exec "$bin/tessera" seal "$new_folder" --seconds "$seconds"
  )
  new_folder=''
  if [[ -n $warnings ]]; then
    while IFS= read -r warning; do say "  warning: $warning"; done <<<"$warnings"
  fi
  say "  $name is done in ${seconds%??} s"
  ran+=("$name")
  [[ $force == no ]] || selection+=(--done "$name")
}

# --- A run ----------------------------------------------------------------------------------------

ran=() tidying=(--tidy) publishing=()
declare -A reported=()

# run_until_complete: plans until nothing is due, and runs what is.
run_until_complete() {
  local plan state name stage note due reason run=''
  local -a current
  SECONDS=0
  while true; do
    stop_if_interrupted
    plan=$(tessera plan "${request[@]}" "${selection[@]}" --publish "${publishing[@]}" "${tidying[@]}")
    tidying=()
    due='' reason='' current=()
    while IFS=$'\t' read -r state name stage note; do
      case $state in
        run) run=$name ;;
        warning)
          [[ -n ${reported[$name]:-} ]] || say "warning: $name"
          reported[$name]=yes
          ;;
        current) [[ -n ${reported[$name]:-} ]] || current+=("$name") ;;
        outdated)
          [[ -n ${reported[$name]:-} ]] || say "$name is taken as it stands, though it is out of date: ./pipeline.sh why $name $run"
          reported[$name]=yes
          ;;
        due) [[ -n $due ]] || due=$name reason=$note ;;
      esac
    done <<<"$plan"
    [[ -n $due ]] || break
    if ((${#current[@]} > 0)); then say "up to date: ${current[*]}"; fi
    for name in "${current[@]}" "$due"; do reported[$name]=yes; done
    run_instance "$due" "$reason"
  done
  report_run "$run" "$plan"
}

# report_run RUN PLAN: what ran, and what is worth opening.
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
  # A part of a run that takes results as they stand may not be one that can be asked for again.
  [[ -e data/runs/$run/run.json ]] || return 0
  path=$(tessera weave "$run")
  printf -v name '%-22s' report
  say "  $name $path"
}

# --- Commands -------------------------------------------------------------------------------------

# parse_run ARGUMENT...: the words of `run`, into request, selection, threads and flags.
parse_run() {
  local recipe='' option value
  local -a words=()
  threads=$(nproc) dry_run=no wait_for_lock=no
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
      --as | --set) words+=("$option=$value") ;;
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
      --wait) wait_for_lock=yes ;;
      -*) unknown option "$option" --as --set --only --from --until --force --dry-run --threads --wait --help ;;
      *)
        [[ -z $recipe ]] || fail $EXIT_USAGE "expected one recipe, found '$recipe' and '$option'; see ./pipeline.sh run --help"
        recipe=$option
        ;;
    esac
  done
  [[ $force == no ]] || selection+=(--force)
  request=("${recipe:-quickstart}" "${words[@]}" --relative-to "$caller_folder")
}

command_run() {
  local dry_run wait_for_lock
  parse_run "$@"
  if [[ $dry_run == yes ]]; then
    ensure_built tool
    exec "$bin/tessera" plan "${request[@]}" "${selection[@]}" --preview
  fi
  catch_signals
  take_lock "$wait_for_lock" "run ${request[0]}"
  ensure_built all
  run_until_complete
}

command_gc() {
  if [[ " $* " == *' --yes '* ]]; then take_lock no "gc $*"; fi
  ensure_built tool
  tessera gc "$@"
}

command_rm() {
  take_lock no "rm $*"
  ensure_built tool
  tessera rm "$@"
}

command_accept() {
  take_lock no "accept $*"
  ensure_built tool
  tessera accept "$@"
}

# command_inspect INSTANCE|FILE [OPTION...]: a word that names no file names an artefact.
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
  if ((${#words[@]} > 0)) && [[ ${words[0]} != -* && ${words[0]} != */* && ! -e $caller_folder/${words[0]} ]]; then
    found=$(tessera locate "${words[0]}" ${run:+--run "$run"})
    words=("${words[@]:1}")
    while IFS= read -r path; do words+=("$root/$path"); done <<<"$found"
  fi
  cd "$caller_folder"
  exec "$bin/tessera" inspect "${words[@]}"
}

main() {
  local word
  # Without a command, or with options alone, it is `run`.
  if (($# == 0)) || [[ $1 == -* && $1 != -h && $1 != --help ]]; then set -- run "$@"; fi
  local command=$1
  shift
  case $command in
    -h | --help | help) print_help "${1:-}"; return ;;
  esac
  for word in "$@"; do
    if [[ $word == -h || $word == --help ]]; then print_help "$command"; return; fi
  done
  case $command in
    run | plot | accept | inspect | gc | rm | doctor | test | setup) "command_$command" "$@" ;;
    predict | evaluate) ensure_built tool; exec "$bin/tessera" "$command" --relative-to "$caller_folder" "$@" ;;
    status | why | list | dag | report | compare | verify | bench) ensure_built tool; exec "$bin/tessera" "$command" "$@" ;;
    *)
      [[ ! -e stages/recipes/$command.yaml ]] || fail $EXIT_USAGE "unknown command '$command'; to run the recipe: ./pipeline.sh run $command"
      unknown command "$command" "${commands[@]}"
      ;;
  esac
}

main "$@"
