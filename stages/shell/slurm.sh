# shellcheck shell=bash
# A sweep as job arrays of Slurm. Sourced by pipeline.sh.
#
#   data/sweeps/NAME/slurm/heads-1.txt runs-1.txt   the tasks of an array, one per line
#   data/sweeps/NAME/slurm/job.sh                   what each task runs
#   data/sweeps/NAME/slurm/jobs.txt                 the numbers of the jobs that were submitted
#   data/sweeps/NAME/logs/RUN.txt                   the log of a run; slurm-JOB_TASK.txt that of Slurm

need_slurm() {
  local command
  for command in sbatch squeue scontrol; do
    command -v "$command" >/dev/null || fail 69 "--on slurm needs the command '$command', which is not here; call it on a machine of the cluster"
  done
}

# queued_jobs: how many tasks of the sweep are still in the queue.
queued_jobs() {
  local jobs=data/sweeps/$sweep/slurm/jobs.txt numbers number
  if [[ ! -s $jobs ]] || ! command -v squeue >/dev/null; then
    echo 0
    return
  fi
  numbers=" $(cut -d ' ' -f 1 "$jobs" | tr '\n' ' ') "
  squeue --noheader --array --format='%F' --user "$(id -un)" 2>/dev/null | while read -r number; do
    [[ $numbers != *" $number "* ]] || echo "$number"
  done | wc -l
}

# build_for_processors: builds what the nodes will run, once for each processor of --builds.
build_for_processors() {
  local processor
  for processor in "${builds[@]}"; do
    headline "build" "for $processor, into .build/processors/$processor"
    own_build
    TESSERA_CPU=$processor without_locks swift build -c release --scratch-path ".build/processors/$processor" || {
      stop_if_interrupted
      fail 70 "the build for $processor failed; the compiler's messages are above"
    }
    release_build
  done
}

# submit_sweep LIMIT OPTION...: submits the tasks of todo.txt. The options are the site's, for sbatch.
submit_sweep() {
  local limit=$1 folder=data/sweeps/$sweep/slurm kind run step after=''
  shift
  local -a heads=() runs=()
  while IFS=$'\t' read -r kind run step; do
    case $kind in
      head) heads+=("$run"$'\t'"$step") ;;
      run) runs+=("$run") ;;
    esac
  done <"data/sweeps/$sweep/todo.txt"
  build_for_processors
  freeze
  mkdir -p "$folder" "data/sweeps/$sweep/logs"
  rm -f "$folder"/*.txt
  write_job "$folder/job.sh"
  if ((${#heads[@]} > 0)); then
    submit_list heads '' "$limit" "${heads[@]}" -- "$@"
    after=$submitted
  fi
  submit_list runs "$after" "$limit" "${runs[@]}" -- "$@"
  say "submitted as job ${after:+${after//:/, } and then }${submitted//:/, }; ./pipeline.sh sweep status $sweep shows queue and progress, from any shell"
}

submitted=''

# submit_list KIND AFTER LIMIT TASK... -- OPTION...: job arrays within Slurm's limits; their numbers are in
# submitted, separated by colons.
submit_list() {
  local kind=$1 after=$2 limit=$3 folder=data/sweeps/$sweep/slurm most number part=0 list
  shift 3
  local -a tasks=() options=()
  while [[ $1 != -- ]]; do tasks+=("$1"); shift; done
  shift
  most=$(scontrol show config 2>/dev/null | sed -n 's/^MaxArraySize *= *\([0-9]*\).*/\1/p')
  # The highest index is one less, and the first task here is 1.
  most=$((${most:-1001} - 1))
  submitted=''
  while ((part * most < ${#tasks[@]})); do
    list=$kind-$((part + 1)).txt
    printf '%s\n' "${tasks[@]:part * most:most}" >"$folder/$list"
    number=$(wc -l <"$folder/$list")
    options=(
      --parsable --job-name "$sweep" --array "1-$number${limit:+%$limit}" --cpus-per-task "$threads"
      --output "$root/data/sweeps/$sweep/logs/slurm-%A_%a.txt" --open-mode append --requeue --signal B:USR1@120
      ${after:+--dependency "afterok:$after" --kill-on-invalid-dep yes}
    )
    number=$(sbatch "${options[@]}" "$@" "$folder/job.sh" "$folder/$list") ||
      fail 69 "sbatch refused the job; its message is above. Options of this site go into --slurm '…'"
    number=${number%%;*}
    printf '%s %s\n' "$number" "$list" >>"$folder/jobs.txt"
    submitted+=${submitted:+:}$number
    part=$((part + 1))
  done
}

# write_job PATH: the batch script. Slurm sends USR1 two minutes before the time limit: then the run saves
# its state and the task goes back into the queue. Other signals of Slurm reach all processes.
write_job() {
  local flags=''
  ((${#sweep_figures[@]} == 0)) || flags=--figures
  {
    printf '#!/usr/bin/env bash\n'
    printf '# A task of the sweep %s: one line of the list that is the first argument.\n' "$sweep"
    printf 'root=%q sweep=%q threads=%q flags=%q builds=(%s)\n' "$root" "$sweep" "$threads" "$flags" "${builds[*]}"
    cat <<'TEXT'
cd "$root" || exit 69
IFS=$'\t' read -r run step < <(sed -n "${SLURM_ARRAY_TASK_ID}p" "$1")
[[ -n $run ]] || { echo "there is no task $SLURM_ARRAY_TASK_ID in $1" >&2; exit 65; }
log=data/sweeps/$sweep/logs/$run.txt
job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
printf '%s: job %s on %s, restart %s\n' "$(date)" "$job" "$HOSTNAME" "${SLURM_RESTART_COUNT:-0}" >>"$log"
start=$(wc -l <"$log")

# The first build that this node's processor runs.
export TESSERA_BIN=$root/bin
if ((${#builds[@]} > 0)); then
  for build in "${builds[@]}"; do
    TESSERA_BIN=$root/builds/$build
    ! "$TESSERA_BIN/numerics" >/dev/null 2>&1 || break
    TESSERA_BIN=''
  done
  if [[ -z $TESSERA_BIN ]]; then
    echo "pipeline.sh: $HOSTNAME runs none of the builds ${builds[*]}; name one for its processor in --builds" >>"$log"
    exit 70
  fi
  echo "build: $build" >>"$log"
fi

# A trap runs only after the command in the foreground: the run is in the background. Without job control
# the shell would start it with INT ignored.
is_near_end=no
set -m
./pipeline.sh sweep-job "$sweep" "$run" "$threads" "${step:--}" $flags >>"$log" 2>&1 &
child=$!
set +m
trap 'is_near_end=yes; kill -INT "$child" 2>/dev/null' USR1
trap 'kill -INT "$child" 2>/dev/null' TERM INT
status=0
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
wait "$child" 2>/dev/null
last=$?
((last == 127)) || status=$last

# Each attempt must make progress: a stage that can't save its state needs a longer limit.
if ((status == 130)) && [[ $is_near_end == yes ]] &&
  ! tail -n "+$((start + 1))" "$log" | grep -qE ' is done in |its state is kept in '; then
  echo "pipeline.sh: the time limit is too short for this stage, which keeps no state; give more time: --slurm '--time=…'" >>"$log"
elif ((status == 130)) && [[ $is_near_end == yes ]]; then
  echo "$(date): near the time limit; job $job goes back into the queue" >>"$log"
  scontrol requeue "$job" >>"$log" 2>&1 ||
    echo "pipeline.sh: interrupted near the time limit, and not requeued; the same sweep command continues" >>"$log"
fi
exit "$status"
TEXT
  } >"$1.new"
  chmod +x "$1.new"
  mv "$1.new" "$1"
}

# command_sweep_job SWEEP RUN THREADS STEP|- [--figures]: one run of a sweep, as a job calls it.
command_sweep_job() {
  local step=$4
  sweep=$1 threads=$3
  [[ $step != - ]] || step=''
  [[ ${5:-} != --figures ]] || sweep_figures=(--figures)
  is_patient=yes
  catch_signals
  make_folders
  open_lock project_lock data/.lock
  lock data/.lock "$project_lock" -s "the project"
  run_of_sweep "$2" "$step"
}
