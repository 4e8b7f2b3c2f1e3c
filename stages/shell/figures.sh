# shellcheck shell=bash
# shellcheck disable=SC2034
# `plot`: a run's figures, drawn again or in the terminal. Sourced by pipeline.sh.

# figures_are_current: whether all figures are up to date.
figures_are_current() {
  ensure_built tool
  tessera plan "${request[@]}" "${selection[@]}" --preview >/dev/null 2>&1
}

# --- Live -----------------------------------------------------------------------------------------

live_pid=''

# start_live RUN: keeps the run's live page up to date while the stages run.
start_live() {
  [[ -z $live_pid && $weaves == yes ]] || return 0
  (
    close_locks
    exec nice "$bin/tessera" live "$1" --process $$
  ) </dev/null >/dev/null 2>&1 &
  live_pid=$!
  say "  live: plots/$1/live.html, or ./pipeline.sh watch $1"
}

# end_live SIGNAL: USR1 if the run is finished, TERM if it was stopped.
end_live() {
  [[ -n $live_pid ]] || return 0
  kill "-$1" "$live_pid" 2>/dev/null || true
  wait "$live_pid" 2>/dev/null || true
  live_pid=''
}

command_watch() {
  (($# < 2)) || fail $EXIT_USAGE "watch takes the name of one run; see ./pipeline.sh watch --help"
  [[ ${1:-} != -* ]] || unknown option "$1" --help
  ensure_built tool
  exec "$bin/tessera" watch "$@"
}

# watch_run RUN ARGUMENT...: `run` with its arguments in the background, and its training on the terminal.
watch_run() {
  local run=$1 log child status=0
  local -a words=()
  shift
  while (($# > 0)); do [[ $1 == --watch ]] || words+=("$1"); shift; done
  ensure_built all
  make_folders
  log=$(mktemp)
  set -m
  (cd "$caller_folder" && exec "$root/pipeline.sh" run "${words[@]}") >"$log" 2>&1 &
  child=$!
  set +m
  trap 'kill -INT "$child" 2>/dev/null' INT TERM
  tessera watch "$run" --process "$child" || true
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
  wait "$child" || status=$?
  # Prints what ran and which files to open, or why it ended.
  if ((status == 0)); then sed -n '/ is up to date/,$p' "$log"; else tail -n 8 "$log"; fi
  rm -f "$log"
  exit "$status"
}

# --- Existing figures -----------------------------------------------------------------------------

# command_plot [RUN] [--force] [--terminal [FIGURE...]]: the words after --terminal are figures.
command_plot() {
  local run='' terminal=no
  local -a figures=()
  while (($# > 0)); do
    case $1 in
      --terminal) terminal=yes ;;
      --force) publishing=(--replace-edited) ;;
      -*) unknown option "$1" --terminal --force --help ;;
      *)
        if [[ $terminal == yes ]]; then
          figures+=("$1")
        else
          [[ -z $run ]] || fail $EXIT_USAGE "plot takes the name of one run; see ./pipeline.sh plot --help"
          run=$1
        fi
        ;;
    esac
    shift
  done
  request=(${run:+--run "$run"}) selection=(--published)
  # Existing figures are only read, which needs no lock.
  if [[ $terminal == no ]] || ! figures_are_current; then
    catch_signals
    ensure_built all
    [[ -n $run ]] || run=$(tessera latest)
    share_project "plot $run"
    run_until_complete "$run" plot
  fi
  [[ $terminal == no ]] || tessera draw ${run:+--run "$run"} "${figures[@]}"
}
