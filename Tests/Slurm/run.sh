#!/usr/bin/env bash
# The same sweep here and through a real Slurm, with kills, requeues, time limits and a restart of the
# node: all runs must end in the same bytes.
#
#     TESSERA_BIN=$PWD/.build/release Tests/Slurm/run.sh
#
# It starts a Slurm of one node in a folder of its own, with ports, key and socket of its own, without
# systemd and cgroups. Needed: Debian's slurm-wlm and munge. Exit status 77 where they are missing.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export TESSERA_BIN=${TESSERA_BIN:-$repository/.build/release}
PATH=$PATH:/usr/sbin:/sbin
for command in slurmctld slurmd sbatch squeue scontrol munged; do
  command -v "$command" >/dev/null || { echo "skipped: no $command; apt-get install slurm-wlm munge" >&2; exit 77; }
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/tessera-slurm-XXXXXX")
keeps=${KEEP:-}
pids=()
finish() {
  local pid
  for pid in "${pids[@]}" $(cat "$folder"/slurm/*.pid 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  [[ -n $keeps ]] || rm -rf "$folder"
}
trap finish EXIT
say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
fail() { echo "Slurm test: $*" >&2; keeps=yes; echo "kept: $folder" >&2; exit 1; }

# --- A Slurm of one node --------------------------------------------------------------------------

node=$(hostname -s) user=$(id -un)
mkdir -p "$folder/slurm/state" "$folder/slurm/spool"
chmod 755 "$folder"
head -c 1024 /dev/urandom >"$folder/slurm/munge.key"
chmod 600 "$folder/slurm/munge.key"
port=$((20000 + RANDOM % 20000))
cat >"$folder/slurm/slurm.conf" <<CONF
ClusterName=tessera
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/slurm/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_interval=2
StateSaveLocation=$folder/slurm/state
SlurmdSpoolDir=$folder/slurm/spool
SlurmctldPidFile=$folder/slurm/slurmctld.pid
SlurmdPidFile=$folder/slurm/slurmd.pid
SlurmctldLogFile=$folder/slurm/slurmctld.log
SlurmdLogFile=$folder/slurm/slurmd.log
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm/slurm.conf

start_slurm() {
  munged --force --foreground --key-file="$folder/slurm/munge.key" --socket="$folder/slurm/munge.socket" \
    --pid-file="$folder/slurm/munged.pid" --log-file="$folder/slurm/munged.log" --seed-file="$folder/slurm/munged.seed" >/dev/null 2>&1 &
  pids+=($!)
  sleep 1
  slurmctld -D >/dev/null 2>&1 &
  pids+=($!)
  start_node
}
start_node() {
  slurmd -D -N "$node" >/dev/null 2>&1 &
  slurmd=$!
  pids+=("$slurmd")
  local try
  for try in {1..60}; do
    [[ $(sinfo --noheader --format=%t 2>/dev/null) != @(idle|mix|alloc) ]] || return 0
    sleep 0.5
  done
  fail "the node is '$(sinfo --noheader --format='%t %E' 2>&1)' after ${try} attempts"
}

# --- Two projects ---------------------------------------------------------------------------------

make_project() {
  mkdir -p "$folder/$1"
  cp -R "$repository"/{Sources,stages,pipeline.sh,Package.swift} "$folder/$1"
}
words=(
  sweep quickstart --seeds "${SEEDS:-2}" --name rates --threads 1
  --set "train.optimizer.learning-rate=${RATES:-0.05,0.1}" --set "dataset.training-images=${IMAGES:-2000}"
  --set split.validation=200 --set "train.epochs=${EPOCHS:-150}"
)
digests() {
  (cd "$folder/$1/data/runs" && find . -follow \( -name '*.safetensors' -o -name history.csv -o -name metrics.json \) |
    sort | xargs sha256sum)
}
in_cluster() { (cd "$folder/cluster" && ./pipeline.sh "$@"); }
running() { squeue --noheader --array --states=running --format='%F_%K' | head -n "${1:-9}"; }

make_project alone
make_project cluster
say "undisturbed, here"
(cd "$folder/alone" && ./pipeline.sh "${words[@]}" | tail -n 8)

say "through Slurm $(slurmd -V)"
start_slurm
limit=(--slurm "--time=1 --signal=B:USR1@30")
in_cluster "${words[@]}" --on slurm --jobs 2 "${limit[@]}"
if in_cluster "${words[@]}" --on slurm --jobs 2 "${limit[@]}" 2>"$folder/refused"; then fail "a second submission was taken"; fi
grep -q 'are still in Slurm.s queue' "$folder/refused" || fail "refused for another reason: $(cat "$folder/refused")"
# An edit after submission changes nothing of what was submitted.
cp "$folder/cluster/stages/train/main.swift" "$folder/unedited"
echo 'let edited = true' >>"$folder/cluster/stages/train/main.swift"

wait_until_training() {
  local try
  for try in {1..120}; do
    ! in_cluster sweep status rates | grep -q 'running.*epoch [0-9]' || return 0
    sleep 1
  done
  in_cluster sweep status rates
  fail "nothing trains after $try s"
}

wait_until_training
in_cluster sweep status rates
job=$(running 1)
say "requeue $job"
scontrol requeue "$job"
wait_until_training
job=$(running 1)
say "kill -9 of all processes of $job"
scancel --signal=KILL --full "$job" || true
sleep 2
wait_until_training
say "the node dies with its jobs, and comes back"
kill -KILL "$slurmd" 2>/dev/null || true
for process in /proc/[0-9]*; do
  place=$(readlink "$process/cwd" 2>/dev/null) || continue
  if [[ $place == "$folder"/cluster/* || $place == "$folder"/slurm/spool* ]]; then
    kill -KILL "${process#/proc/}" 2>/dev/null || true
  fi
done
start_node
sleep 3
cp "$folder/unedited" "$folder/cluster/stages/train/main.swift"

# Whatever was cancelled or killed is submitted again by the same command, until all is finished.
for round in {1..20}; do
  while (($(squeue --noheader --array --format=%F | wc -l) > 0)); do
    # A requeued task waits for two minutes of Slurm's own before it begins again.
    for job in $(squeue --noheader --array --states=pending --format='%F_%K %r' | sed -n 's/ BeginTime$//p'); do
      scontrol update JobId="$job" StartTime=now 2>/dev/null || true
    done
    sleep 2
  done
  status=$(in_cluster sweep status rates)
  say "$(head -n 1 <<<"$status")"
  [[ $status != *': '*' finished' || $status == *,* ]] || break
  sed -n '2,$p' <<<"$status"
  in_cluster "${words[@]}" --on slurm --jobs 2 "${limit[@]}" || fail "round $round was not submitted"
done
in_cluster sweep report rates

digests alone >"$folder/alone.txt"
digests cluster >"$folder/cluster.txt"
diff "$folder/alone.txt" "$folder/cluster.txt" >"$folder/difference" || fail "results differ: $(head -n 5 "$folder/difference")"
count() { cat "$folder"/cluster/data/sweeps/rates/logs/*.txt | grep -c "$1" || true; }
requeued=$(count 'goes back into the queue')
resumed=$(count 'resumes from the state')
((requeued > 0)) || fail "no run was requeued near its time limit; give more epochs: EPOCHS=300"
limited=$(cat "$folder"/cluster/data/sweeps/rates/logs/slurm-*.txt | grep -c 'DUE TO TIME LIMIT' || true)
((limited == 0)) || fail "$limited times a run ended at its time limit instead of before it"
say "$(wc -l <"$folder/alone.txt") files are the same; $requeued times a run was requeued near its limit, $resumed times one went on from saved state"
