# shellcheck shell=bash
# Locks, so that runs can proceed in parallel. Sourced by pipeline.sh.
#
#   data/.lock                     shared by runs; gc --yes, rm and accept hold it alone
#   data/locks/runs/RUN            alone: the folders of a run, data/runs/RUN and plots/RUN
#   data/locks/results/STAGE-KEY   alone to make a result, shared to read it
#   data/locks/sweeps/SWEEP        alone: the command that walks or submits a sweep
#   data/locks/stages/STAGE        alone: a stage that the graph says runs one at a time
#   .build/tessera.lock            alone to build, shared from the choice of a stage to its start
#
# They are taken in this order, and results in the order in which one is made of the other, so that no
# two commands wait for each other. All are `flock`: the kernel frees a lock when the last process ends
# that holds its descriptor. A stage inherits those of its results and of the project, so that a trainer
# that outlives a killed shell still holds them. What a file says is information only. A file is removed
# by the one command that has the project to itself; nothing waits for it then.

project_lock='' run_lock='' build_lock='' result_lock=''
# All descriptors that are held for the stage, and those of all locks.
result_locks=() locks=()

# note_holder DESCRIPTOR-PATH TEXT: in one write over what stood there, so that no death leaves half of it.
note_holder() { printf '%-300.300s\n' "$2" 1<>"$1"; }

# open_lock NAME PATH: opens the file of a lock; its descriptor goes into the variable NAME.
open_lock() {
  local path=$2 folder=${2%/*} number place
  # `data` itself may be a link of the user's own.
  for place in data/locks "$folder"; do
    [[ $place == data || ! -L $place ]] || fail $EXIT_UNWRITABLE "$place is a link; remove it"
  done
  [[ -d $folder ]] || mkdir -p "$folder" 2>/dev/null ||
    fail $EXIT_UNWRITABLE "$folder can't be made; check the disk and its permissions"
  [[ ! -L $path ]] || fail $EXIT_UNWRITABLE "$path is a link; remove it"
  [[ ! -e $path || -f $path && -r $path && -w $path ]] ||
    fail $EXIT_UNWRITABLE "$path is not a file that can be written; remove it or correct its permissions"
  exec {number}<>"$path"
  locks+=("$number")
  printf -v "$1" '%s' "$number"
}

# close_lock NAME: frees the lock whose descriptor is in the variable NAME.
close_lock() {
  local number=${!1} held
  local -a rest=()
  [[ -n $number ]] || return 0
  exec {number}>&-
  for held in "${locks[@]}"; do [[ $held == "$number" ]] || rest+=("$held"); done
  locks=("${rest[@]}")
  printf -v "$1" ''
}

# lock_now PATH DESCRIPTOR FLAG: takes a lock if that needs no waiting; status 75 where it does.
lock_now() {
  local status=0
  flock -n -E $EXIT_BUSY "$3" "$2" || status=$?
  ((status == 0 || status == EXIT_BUSY)) ||
    fail $EXIT_UNWRITABLE "$1 can't be locked (flock: status $status); the file system of data must support locks"
  return "$status"
}

# lock PATH DESCRIPTOR FLAG WHAT: takes a lock, and says what it waits for where it must. With --no-wait it
# ends instead.
lock() {
  local path=$1 descriptor=$2 flag=$3 what=$4 holder='' status waiting
  lock_now "$path" "$descriptor" "$flag" && return
  read -r holder <"$path" || true
  holder=${holder//[^[:print:]]/?}
  [[ $wait_for_locks == yes ]] || fail $EXIT_BUSY "$what is in use (${holder:-by other runs}); without --no-wait this waits"
  has_waited=yes
  say "waiting: $what is in use (${holder:-by other runs})"
  # In the background, since a signal reaches this shell only between two commands.
  flock "$flag" "$descriptor" &
  waiting=$!
  status=0
  wait "$waiting" || status=$?
  if ((signals > 0)); then
    kill "$waiting" 2>/dev/null || true
    exit $EXIT_INTERRUPTED
  fi
  ((status == 0)) || fail $EXIT_UNWRITABLE "$path can't be locked (flock: status $status); the file system of data must support locks"
}

# without_locks COMMAND...: what a command may leave running must not hold a lock.
without_locks() {
  (
    close_locks
    exec "$@"
  )
}

close_locks() {
  local number
  for number in "${locks[@]}"; do exec {number}>&-; done
}

# --- The project ----------------------------------------------------------------------------------

make_folders() {
  [[ ! -d data/cache || ! -d data/work || ! -d data/runs ]] || return 0
  mkdir -p data/cache data/work data/runs || fail $EXIT_UNWRITABLE "the folders of data can't be made; check the disk and its permissions"
}

# share_project COMMAND: keeps gc, rm and accept away. An exclusive run may first remove leftovers of killed
# runs, including lock files, and takes no other lock before; is_alone is yes meanwhile.
share_project() {
  make_folders
  open_lock project_lock data/.lock
  if lock_now data/.lock "$project_lock" -x; then
    is_alone=yes
    note_holder data/.lock "process $$ on $HOSTNAME: $1, tidying up"
  else
    lock data/.lock "$project_lock" -s "the project"
  fi
}

is_alone=no
stop_being_alone() {
  [[ $is_alone == yes ]] || return 0
  is_alone=no
  note_holder data/.lock ''
  lock data/.lock "$project_lock" -s "the project"
}

# own_project WHAT: for commands that remove or replace results; refused while a run is active.
own_project() {
  local holder=''
  make_folders
  open_lock project_lock data/.lock
  if ! lock_now data/.lock "$project_lock" -x; then
    read -r holder <data/.lock || true
    [[ -n $holder || ! -x $bin/tessera ]] || holder=$("$bin/tessera" lock 2>/dev/null | head -n 1)
    holder=${holder//[^[:print:]]/?}
    fail $EXIT_BUSY "$1 must have the project to itself, and it is in use (${holder:-by other runs}); try again later"
  fi
  note_holder data/.lock "process $$ on $HOSTNAME: $1"
}

# own_run RUN COMMAND: keeps other commands from the run's folders.
own_run() {
  [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$ ]] || return 0
  holder_text="process $BASHPID on $HOSTNAME: $2"
  open_lock run_lock "data/locks/runs/$1"
  lock "data/locks/runs/$1" "$run_lock" -x "the run $1"
  run_lock_path=data/locks/runs/$1
  note_holder "$run_lock_path" "$holder_text"
}

holder_text='' run_lock_path='' result_path='' has_waited=no

# --- A result -------------------------------------------------------------------------------------

# lock_result RESULT INPUT...: each STAGE-KEY, the inputs shared, the result alone.
lock_result() {
  local name descriptor
  for name in "${@:2}"; do
    open_lock descriptor "data/locks/results/$name"
    result_locks+=("$descriptor")
    lock "data/locks/results/$name" "$descriptor" -s "the result ${name%-*}"
  done
  result_path=data/locks/results/$1
  open_lock result_lock "$result_path"
  result_locks+=("$result_lock")
  lock "$result_path" "$result_lock" -x "the result ${1%-*}"
  note_holder "$result_path" "$holder_text"
}

# lock_stage STAGE: for a stage that runs one at a time.
lock_stage() {
  local descriptor
  open_lock descriptor "data/locks/stages/$1"
  result_locks+=("$descriptor")
  lock "data/locks/stages/$1" "$descriptor" -x "the stage $1"
}

# note_stage STAGE PROCESS WORK
note_stage() { note_holder "$result_path" "$holder_text, stage $1, process $2, work $3"; }

unlock_result() {
  local descriptor
  [[ -z $result_lock || ! -e $result_path ]] || note_holder "$result_path" ''
  for descriptor in "${result_locks[@]}"; do close_lock descriptor; done
  result_locks=() result_lock='' result_path=''
}

# --- The build ------------------------------------------------------------------------------------
# A stage must be started from the build for which its key was computed. Binaries in TESSERA_BIN
# are not built here.

hold_build() {
  [[ -z ${TESSERA_BIN:-} ]] || return 0
  open_lock build_lock .build/tessera.lock
  lock .build/tessera.lock "$build_lock" -s "the build"
}

own_build() {
  mkdir -p .build
  open_lock build_lock .build/tessera.lock
  lock .build/tessera.lock "$build_lock" -x "the build"
}

release_build() { close_lock build_lock; }

# has_started PROCESS: whether the process has executed its program. Before that, it is
# a copy of this shell, with the same command line.
has_started() {
  local -a own other
  mapfile -d '' own 2>/dev/null <"/proc/$$/cmdline" || return 0
  mapfile -d '' other 2>/dev/null <"/proc/$1/cmdline" || return 0
  [[ "${own[*]}" != "${other[*]}" ]]
}
