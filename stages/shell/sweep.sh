# shellcheck shell=bash
# `sweep`: many runs of one recipe, here or through Slurm. Sourced by pipeline.sh.
#
# A sweep runs from a copy of the sources and binaries as they were when it was called,
# data/sweeps/NAME/frozen, so that an edit meanwhile changes nothing and no run builds. Its runs are those
# of `run`, in processes of their own: the locks of results make one of them compute a shared result.

# The active runs, by process; their tasks and start times.
declare -A job_name=() job_start=()
sweep='' sweep_figures=()
# Further processors for which a sweep's binaries are built, in order of preference.
builds=()

# command_sweep RECIPE|FILE [OPTION...] | status [NAME] | report [NAME]
command_sweep() {
  case ${1:-} in
    status) shift; sweep_status "$@"; return ;;
    report) shift; sweep_report "$@"; return ;;
  esac
  local jobs='' dry_run=no on=local limit grid queued
  local -a words=() slurm_options=()
  threads=''
  parse_sweep "$@"
  ((${#words[@]} > 0)) || fail $EXIT_USAGE "sweep needs a recipe or a sweep file; see ./pipeline.sh sweep --help"
  limit=$jobs
  [[ -n $threads ]] || threads=1
  [[ -n $jobs ]] || jobs=$((($(nproc) + threads - 1) / threads))
  words+=("${sweep_figures[@]}" --jobs "$jobs" --relative-to "$caller_folder")
  if [[ $dry_run == yes ]]; then
    ensure_built tool
    exec "$bin/tessera" sweep plan "${words[@]}" --preview
  fi
  if [[ $on == slurm ]]; then
    need_slurm
  elif ((${#builds[@]} > 0)); then
    fail $EXIT_USAGE "--builds belongs to --on slurm: here, runs are built for this processor"
  fi
  catch_signals
  ensure_built all
  share_project sweep
  [[ $is_alone == no ]] || words+=(--tidy)
  grid=$(tessera sweep plan "${words[@]}") || exit $?
  stop_being_alone
  say "$grid"
  sweep=${grid%%:*}
  # If nothing is to be done, the report has been printed too.
  [[ -s data/sweeps/$sweep/todo.txt ]] || return 0
  own_sweep
  queued=$(queued_jobs)
  ((queued == 0)) || fail $EXIT_BUSY "$queued jobs of the sweep $sweep are still in Slurm's queue; ./pipeline.sh sweep status $sweep shows them, scancel ends them"
  if [[ $on == slurm ]]; then
    submit_sweep "$limit" "${slurm_options[@]}"
    return
  fi
  # Not in a condition, where a failing command would not end a run.
  walk_sweep "$jobs"
  tessera sweep report "$sweep" "${sweep_figures[@]}"
  exit "$pool_status"
}

# parse_sweep ARGUMENT...: into words, jobs, threads, dry_run, on, slurm_options, builds and sweep_figures.
parse_sweep() {
  local option value recipe=''
  while (($# > 0)); do
    option=$1
    case $option in
      --*=*) option=${1%%=*} value=${1#*=} ;;
      --seeds | --set | --name | --jobs | --threads | --on | --slurm | --builds)
        (($# > 1)) || fail $EXIT_USAGE "$1 needs a value; see ./pipeline.sh sweep --help"
        value=$2
        shift
        ;;
      *) value='' ;;
    esac
    shift
    case $option in
      --seeds | --set | --name) words+=("$option=$value") ;;
      --jobs | --threads)
        [[ $value =~ ^[1-9][0-9]{0,3}$ ]] || fail $EXIT_USAGE "$option takes a number from 1, found '$value'"
        if [[ $option == --jobs ]]; then jobs=$value; else threads=$value; fi
        ;;
      --on)
        [[ $value == local || $value == slurm ]] || unknown "place" "$value" local slurm
        on=$value
        ;;
      --slurm) mapfile -t -O "${#slurm_options[@]}" slurm_options < <(xargs -n 1 printf '%s\n' <<<"$value") ;;
      --builds)
        [[ $value =~ ^[a-z0-9][a-z0-9_.-]*(,[a-z0-9][a-z0-9_.-]*)*$ ]] ||
          fail $EXIT_USAGE "--builds takes processors in the compiler's words, as in x86-64-v4,x86-64-v3, found '$value'"
        IFS=, read -ra builds <<<"$value"
        ;;
      --figures) sweep_figures=(--figures) ;;
      --dry-run) dry_run=yes ;;
      -*) unknown option "$option" --seeds --set --name --jobs --threads --on --slurm --builds --figures --dry-run --help ;;
      *)
        [[ -z $recipe ]] || fail $EXIT_USAGE "expected one recipe or file, found '$recipe' and '$option'; see ./pipeline.sh sweep --help"
        recipe=$option
        words=("$recipe" "${words[@]}")
        ;;
    esac
  done
}

# own_sweep: only one command at a time may run a sweep. Runs and stages that outlive it hold the lock too, since
# their frozen sources must stay.
own_sweep() {
  local descriptor path=data/locks/sweeps/$sweep
  open_lock descriptor "$path"
  lock_now "$path" "$descriptor" -x ||
    fail $EXIT_BUSY "the sweep $sweep is in progress; ./pipeline.sh sweep status $sweep tells how far it is"
  note_holder "$path" "process $$ on $HOSTNAME: sweep $sweep"
}

# --- Frozen sources -------------------------------------------------------------------------------

# freeze: copies the sources of the runs, and continues from the copy.
freeze() {
  local folder=$root/data/sweeps/$sweep/frozen new processor entry
  new=$folder.new
  [[ ! -L data/sweeps && ! -L data/sweeps/$sweep ]] || fail $EXIT_UNWRITABLE "data/sweeps/$sweep is a link; remove it"
  rm -rf "$new"
  mkdir -p "$new" || fail $EXIT_UNWRITABLE "$new can't be made; check the disk and its permissions"
  cp -R --preserve=mode,timestamps Sources stages pipeline.sh Package.swift "$new"
  freeze_binaries "$bin" "$new/bin"
  for processor in "${builds[@]}"; do
    freeze_binaries ".build/processors/$processor/release" "$new/builds/$processor"
  done
  ln -s ../../.. "$new/data"
  mkdir -p plots
  for entry in *; do
    [[ ! -e $new/$entry && ! -L $new/$entry ]] || continue
    # A recipe beside pipeline.sh is frozen too; archives and weights are found where they are.
    if [[ -f $entry && $entry == *.yaml ]]; then cp "$entry" "$new"; else ln -s "$root/$entry" "$new/$entry"; fi
  done
  touch "$new/.frozen"
  rm -rf "$folder"
  mv "$new" "$folder"
  use_frozen
}

# freeze_binaries FROM TO: the executables of a build.
freeze_binaries() {
  local name executable
  mkdir -p "$2"
  for name in tessera numerics stages/*/main.swift; do
    executable=${name#stages/} executable=${executable%/main.swift}
    [[ -e $1/$executable ]] || continue
    # A build replaces files instead of changing them, so that a hard link keeps the old content.
    cp -lL "$1/$executable" "$2/$executable" 2>/dev/null || cp -L --reflink=auto "$1/$executable" "$2/$executable"
  done
}

# use_frozen: from here on, sources and binaries are those of the sweep.
use_frozen() {
  root=$root/data/sweeps/$sweep/frozen
  bin=$root/bin
  export TESSERA_BIN=$bin
  cd "$root"
}

# --- Here -----------------------------------------------------------------------------------------

# walk_sweep JOBS: performs the tasks of todo.txt, JOBS at once. The status of the first run that failed is in
# pool_status.
walk_sweep() {
  local kind run step
  local -a heads=() runs=()
  while IFS=$'\t' read -r kind run step; do
    case $kind in
      head) heads+=("$run $step") ;;
      run) runs+=("$run") ;;
    esac
  done <"data/sweeps/$sweep/todo.txt"
  ((${#runs[@]} > 0)) || return 0
  freeze
  mkdir -p "data/sweeps/$sweep/logs"
  pool_status=0 pool_failed=0 pool_done=0
  if ((${#heads[@]} > 0)); then
    pool_total=${#heads[@]}
    run_pool "$1" "shared results" "${heads[@]}"
    ((pool_failed < pool_total)) || fail "$pool_status" "what the runs share can't be made; no run was begun"
  fi
  pool_total=${#runs[@]} pool_failed=0 pool_done=0 pool_status=0
  run_pool "$1" runs "${runs[@]}"
  ((pool_failed == 0)) || say "$pool_failed of $pool_total runs failed; the same command tries them again"
}

pool_status=0 pool_failed=0 pool_done=0 pool_total=0

# run_pool JOBS WHAT TASK...: runs tasks, each `RUN [STEP]`, JOBS at once.
run_pool() {
  local jobs=$1 what=$2 task tick
  shift 2
  exec {tick}<> <(:)
  for task in "$@"; do
    while ((${#job_name[@]} >= jobs && signals == 0)); do collect_jobs "$tick"; done
    ((signals == 0)) || break
    start_job "$task"
  done
  while ((${#job_name[@]} > 0)); do collect_jobs "$tick"; done
  exec {tick}>&-
  if ((signals > 0)); then
    fail $EXIT_INTERRUPTED "interrupted: $pool_done of $pool_total $what are finished; the same command continues"
  fi
}

# start_job TASK
start_job() {
  local run=${1%% *} step=''
  [[ $1 != *' '* ]] || step=${1#* }
  set -m
  (run_of_sweep "$run" "$step") </dev/null >"data/sweeps/$sweep/logs/$run.txt" 2>&1 &
  job_name[$!]=$1 job_start[$!]=${EPOCHREALTIME/[.,]/}
  set +m
}

# collect_jobs TICK: waits a moment, and reports the jobs that have ended.
collect_jobs() {
  local process status seconds run log left now
  IFS= read -r -t 0.02 -u "$1" _ 2>/dev/null || true
  for process in "${!job_name[@]}"; do
    ! kill -0 "$process" 2>/dev/null || continue
    status=0
    wait "$process" 2>/dev/null || status=$?
    run=${job_name[$process]} now=${EPOCHREALTIME/[.,]/}
    seconds=$(((now - job_start[$process]) / 100000))
    unset "job_name[$process]" "job_start[$process]"
    pool_done=$((pool_done + 1))
    if ((status == 0)); then
      say "[$pool_done/$pool_total] ${run/ / until } in $((seconds / 10)).$((seconds % 10)) s"
    elif ((signals > 0)); then
      pool_done=$((pool_done - 1))
    else
      pool_failed=$((pool_failed + 1))
      ((pool_status > 0)) || pool_status=$status
      log=data/sweeps/$sweep/logs/${run%% *}.txt
      say "[$pool_done/$pool_total] ${run/ / until } failed (status $status); the end of $log:"
      tail -n 5 "$log" | while IFS= read -r left; do say "    ${left//[^[:print:]]/?}"; done
    fi
  done
}

# run_of_sweep RUN STEP: one run, in a process of its own; up to STEP if given.
run_of_sweep() {
  job_name=() live_pid='' stage_pid='' new_folder='' run_lock='' result_lock='' result_locks=()
  catch_signals
  request=(--sweep "$sweep" --run "$1") weaves=no
  if [[ -n $2 ]]; then
    selection=(--until "$2")
  elif ((${#sweep_figures[@]} > 0)); then
    selection=() weaves=yes
  else
    selection=(--unpublished)
  fi
  run_until_complete "$1" "sweep $sweep: run"
}

# --- Results --------------------------------------------------------------------------------------

# frozen_of NAME: the frozen sources of a sweep, if they exist.
frozen_of() {
  [[ -z $1 || ! -e data/sweeps/$1/frozen/.frozen ]] || { sweep=$1 && use_frozen; }
}

sweep_report() {
  local name=''
  while (($# > 0)); do
    case $1 in
      --figures) sweep_figures=(--figures) ;;
      -*) unknown option "$1" --figures --help ;;
      *) name=$1 ;;
    esac
    shift
  done
  ensure_built tool
  [[ -n $name ]] || fail $EXIT_USAGE "report needs the name of a sweep; ./pipeline.sh sweep status lists them"
  frozen_of "$name"
  tessera sweep report "$name" "${sweep_figures[@]}"
}

sweep_status() {
  local name='' queue=''
  (($# < 2)) || fail $EXIT_USAGE "status takes the name of one sweep"
  name=${1:-}
  [[ $name != -* ]] || unknown option "$name" --help
  ensure_built tool
  if command -v squeue >/dev/null; then
    queue=$(mktemp)
    squeue --noheader --array --format='%F %K %T %r' --user "$(id -un)" >"$queue" 2>/dev/null || true
  fi
  frozen_of "$name"
  local status=0
  tessera sweep status ${name:+"$name"} ${queue:+--queue "$queue"} || status=$?
  [[ -z $queue ]] || rm -f "$queue"
  return "$status"
}
