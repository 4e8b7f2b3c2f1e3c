# shellcheck shell=bash
# The requirements of the machine: packages, the build, and the checks of both. Sourced by pipeline.sh.

# --- Packages -------------------------------------------------------------------------------------

# Debian package and the command that it provides; a library has none.
readonly packages=(
  libopenblas0: libspng-dev: libjpeg-dev: libcmark-gfm-dev: libcmark-gfm-extensions-dev:
  libssl-dev: gnuplot-nox:gnuplot curl:curl xz-utils:xz
)
readonly test_packages=(shellcheck:shellcheck)

# missing_packages PACKAGE:COMMAND...: the missing packages, one per line.
missing_packages() {
  local entry
  for entry in "$@"; do
    if [[ -n ${entry#*:} ]]; then
      command -v "${entry#*:}" >/dev/null || echo "${entry%%:*}"
    elif command -v dpkg-query >/dev/null; then
      dpkg-query -W -f='${Status}' "${entry%%:*}" 2>/dev/null | grep -q 'ok installed' || echo "${entry%%:*}"
    fi
  done
}

# install_packages PACKAGE:COMMAND...: installs missing packages, and says so.
install_packages() {
  local -a missing sudo=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  command -v apt-get >/dev/null || fail 69 "these packages are missing, and there is no apt-get to install them: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail 69 "these packages are missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  headline "setup" "installing ${missing[*]} through apt${sudo:+, with sudo}"
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
}

# --- The build ------------------------------------------------------------------------------------
# A `swift build` with nothing to do takes a second, so it is called only if a digest of the
# sources differs from that of the last build.

# processor_flags: the instruction sets of this processor. Kernels are built for them, unless
# TESSERA_CPU names another processor.
processor_flags() {
  local line
  while IFS= read -r line; do
    [[ $line == flags* || $line == Features* ]] || continue
    printf '%s\n' "$line"
    return
  done </proc/cpuinfo
}

# The sources of a build, as find's options; links are followed.
readonly is_source=(-type f '(' -name '*.swift' -o -name '*.h' -o -name '*.c' -o -name '*.modulemap' ')')

# build_inputs WHAT: where the sources of everything (all) or of the tool (tool) are, into the array `places`.
build_inputs() {
  places=(Sources Package.swift)
  [[ $1 != all ]] || places+=(stages)
}

# digest_of WHAT: over the sources, the processor and the one that kernels are built for; on a second line
# the compiler.
digest_of() {
  local -a places
  build_inputs "$1"
  {
    find -L "${places[@]}" "${is_source[@]}" -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    processor_flags
    printf '%s\n' "${TESSERA_CPU:-native}"
  } | sha256sum
  # The compiler has its own line: if it is missing (cron's PATH is short), its last build is used.
  if command -v swift >/dev/null; then stat -L -c '%n %s %Y' "$(command -v swift)"; fi
}

# print_stamps WHAT: the last build's digest, and all that a new one would depend on, with inodes, sizes and
# times for the contents of files. The time of the last status change can't be set back.
print_stamps() {
  local stamp='%p %i %s %T@ %C@\n'
  local -a places
  build_inputs "$1"
  ! hash swift 2>/dev/null || places+=("${BASH_CMDS[swift]}")
  printf '%s\n' "$(<".build/tessera-$1.digest")" "${TESSERA_CPU:-native}"
  processor_flags
  find -L "${places[@]}" "${is_source[@]}" -printf "$stamp" -o -name swift -printf "$stamp"
}

# is_built WHAT: whether the last build had the current sources. Reading them takes four times as long as
# looking at their stamps, so the stamps are remembered for which the digest was right.
is_built() {
  [[ -z ${TESSERA_BIN:-} ]] || return 0
  local digest=.build/tessera-$1.digest stamps=.build/tessera-$1.stamps now
  local -a places
  [[ -x $bin/tessera && -e $digest ]] || return 1
  if [[ -e $stamps ]] && print_stamps "$1" | cmp -s - "$stamps"; then return 0; fi
  now=$(print_stamps "$1")
  [[ $(<"$digest") == "$(digest_of "$1")"* ]] || return 1
  # Within the resolution of its times, a file may change again without changing its stamp.
  build_inputs "$1"
  if [[ -z $(find -L "${places[@]}" "${is_source[@]}" -newerct "@$((EPOCHSECONDS - 3))" -print -quit) ]]; then
    { printf '%s\n' "$now" >"$stamps.$BASHPID" && mv "$stamps.$BASHPID" "$stamps"; } 2>/dev/null || true
  fi
}

# ensure_built all|tool: builds if something has changed since the last build. Its output is not the command's answer
# (bench --json), so it goes to standard error.
ensure_built() { is_built "$1" || build "$1" >&2; }

# wait_for_runs: waits until no other run needs the files to be removed. It precedes the lock of the
# build, for which such a run may wait.
wait_for_runs() {
  if [[ -n $project_lock ]]; then
    lock data/.lock "$project_lock" -x "the project"
  else
    make_folders
    open_lock clean_lock data/.lock
    lock data/.lock "$clean_lock" -x "the project"
  fi
}

# forget_build: removes all that was built, but not the dependencies' sources.
forget_build() {
  find .build -mindepth 1 -maxdepth 1 ! -name checkouts ! -name repositories ! -name workspace-state.json -exec rm -rf {} +
}

# build all|tool: unless another command does so meanwhile.
build() {
  local clean_lock=''
  if ! is_built_here; then wait_for_runs; fi
  own_build
  is_built "$1" || build_now "$1"
  release_build
  if [[ -n $clean_lock ]]; then
    close_lock clean_lock
  elif [[ -n $project_lock ]]; then
    lock data/.lock "$project_lock" -s "the project"
  fi
}

# is_built_here: whether the last build was made for this processor and this location of the project. The
# compiler checks neither, and would keep unusable files.
is_built_here() {
  [[ ! -e .build/tessera-processor.digest || $(<.build/tessera-processor.digest) == "$(processor_flags | sha256sum)" ]] &&
    [[ ! -e .build/tessera-place || $(<.build/tessera-place) == "$root" ]]
}

# build_minutes: estimated minutes of a first build on this machine's cores; it takes some six
# minutes of processor time.
build_minutes() {
  local minutes=$(((6 + $(nproc) - 1) / $(nproc)))
  if ((minutes == 1)); then echo "a minute"; else echo "$minutes minutes"; fi
}

build_now() {
  local what=$1 tool all processor
  command -v swift >/dev/null || fail 69 "swift is missing; install Swift 6.2 or later from https://www.swift.org/install/linux"
  install_packages "${packages[@]}"
  processor=$(processor_flags | sha256sum)
  if [[ -e .build/tessera-processor.digest && $(<.build/tessera-processor.digest) != "$processor" ]]; then
    say "the last build was made for another processor; building again"
    swift package clean
  fi
  # Compiled modules contain the paths of their sources and are unusable if these have moved.
  if [[ -e .build/tessera-place && $(<.build/tessera-place) != "$root" ]]; then
    say "the project was built in $(<.build/tessera-place); building again here"
    forget_build
  fi
  # The build has at least the current sources; an edit meanwhile shows as a difference later.
  tool=$(digest_of tool) all=$(digest_of all)
  local -a product=()
  [[ $what == all ]] || product=(--product tessera)
  headline "build" "swift build -c release (the first takes about $(build_minutes) here)"
  if ! without_locks swift build -c release "${product[@]}"; then
    stop_if_interrupted
    fail 70 "the build failed; the compiler's messages are above"
  fi
  printf '%s' "$root" >.build/tessera-place
  printf '%s' "$processor" >.build/tessera-processor.digest
  printf '%s' "$tool" >.build/tessera-tool.digest
  [[ $what != all ]] || printf '%s' "$all" >.build/tessera-all.digest
}

# --- Commands -------------------------------------------------------------------------------------

command_setup() {
  (($# == 0)) || unknown argument "$1" --help
  install_packages "${packages[@]}" "${test_packages[@]}"
  ensure_built all
  print_numerics
  say "ready: ./pipeline.sh runs the recipe quickstart"
}

command_test() {
  install_packages "${packages[@]}" "${test_packages[@]}"
  ensure_built all
  headline "format" "swift format lint --strict"
  swift format lint --strict --parallel -r Sources stages Tests Package.swift
  headline "shell" "shellcheck"
  shellcheck -x pipeline.sh .ci/run
  # Built apart from `swift test`, which would build all modules again with other flags.
  headline "build" "swift build -c release --build-tests"
  swift build -c release --build-tests || fail 70 "the build failed; the compiler's messages are above"
  headline "tests" "swift test -c release --skip-build $*"
  # Tests of this script use the existing binaries: a build inside a test would deadlock.
  TESSERA_BIN=$bin swift test -c release --skip-build "$@"
}

# numerics_field NAME: a field of the output of the executable `numerics`, one line of JSON per field.
numerics_field() { sed -n "s/^ *\"$1\" : \"\{0,1\}\([^\"]*[^\",]\)\"\{0,1\},\{0,1\}$/\1/p" <<<"$numerics"; }

# numerics_warnings: one per line.
numerics_warnings() { sed -n '/"warnings" : \[/,/\]/s/^ *"\([^"]*\)",\{0,1\}$/\1/p' <<<"$numerics"; }

# print_numerics: what exact results depend on, and what makes this machine slow.
print_numerics() {
  local numerics warning
  numerics=$("$bin/numerics")
  say "processor: $(numerics_field processor), vectors of $(numerics_field vectorBits) bits"
  say "BLAS core: $(numerics_field blasCore)${OPENBLAS_CORETYPE:+, chosen by OPENBLAS_CORETYPE=$OPENBLAS_CORETYPE}"
  numerics_warnings | while IFS= read -r warning; do say "warning: $warning"; done
}

# --- doctor ---------------------------------------------------------------------------------------

problems=0 checks_as_json=no checks=()
fine() { checked ok "$*"; }
note() { checked note "$*"; }
wrong() {
  checked wrong "$*"
  problems=$((problems + 1))
}

# checked STATE TEXT: prints it, or stores it for the JSON output.
checked() {
  if [[ $checks_as_json == yes ]]; then
    checks+=("$(printf '{"state": "%s", "text": %s}' "$1" "$(json_text "$2")")")
  else
    local label
    printf -v label "%-5s" "$1"
    say "  $label  $2"
  fi
}

# json_text TEXT: as a JSON string; bytes that are not UTF-8 are left out.
json_text() {
  local text character code
  text=$(printf '%s' "$1" | iconv -c -f UTF-8 -t UTF-8)
  text=${text//\\/\\\\} text=${text//\"/\\\"}
  for ((code = 1; code < 32; code++)); do
    printf -v character '%b' "\\x$(printf '%02x' "$code")"
    text=${text//"$character"/"\\u00$(printf '%02x' "$code")"}
  done
  printf '"%s"' "$text"
}

command_doctor() {
  case ${1:-} in
    '') ;;
    --json) checks_as_json=yes ;;
    *) unknown argument "$1" --json --help ;;
  esac
  (($# <= 1)) || unknown argument "$2" --help
  check_swift
  check_packages
  check_processor
  check_disk
  check_place
  check_locks
  check_data
  if [[ $checks_as_json == yes ]]; then
    local IFS=,
    # The same form as the tool's JSON output.
    say "{\"checks\": [${checks[*]}], \"command\": \"doctor\", \"format\": 1, \"problems\": $problems}"
  fi
  ((problems != 1)) || fail 1 "one of these is wrong"
  ((problems == 0)) || fail 1 "$problems of these are wrong"
  [[ $checks_as_json == yes ]] || say "nothing is wrong"
}

check_swift() {
  local version
  if ! command -v swift >/dev/null; then
    wrong "swift is missing: install 6.2 or later from https://www.swift.org/install/linux"
    return
  fi
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
  if [[ $(printf '%s\n6.2\n' "$version" | sort -V | head -n 1) == 6.2 ]]; then
    fine "Swift $version"
  else
    wrong "Swift ${version:-of an unknown version} is too old: install 6.2 or later from https://www.swift.org/install/linux"
  fi
}

check_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages "${packages[@]}" "${test_packages[@]}")
  if ((${#missing[@]} == 0)); then
    fine "system packages"
  else
    wrong "packages are missing (${missing[*]}): ./pipeline.sh setup"
  fi
}

check_processor() {
  local flags flag found='' numerics warning
  flags=" $(processor_flags) "
  for flag in fma avx2 avx512f avx512_bf16; do
    [[ $flags != *" $flag "* ]] || found+=" $flag"
  done
  if [[ $found == *fma*avx2* ]]; then
    fine "vector instructions:$found"
  else
    note "no AVX2 with FMA here: everything runs, slowly"
  fi
  if [[ ! -x $bin/numerics ]]; then
    note "not built yet: ./pipeline.sh setup"
    return
  fi
  if ! numerics=$("$bin/numerics" 2>&1); then
    wrong "$numerics"
    return
  fi
  fine "kernels built for vectors of $(numerics_field vectorBits) bits${TESSERA_CPU:+, TESSERA_CPU=$TESSERA_CPU}"
  fine "BLAS core $(numerics_field blasCore)${OPENBLAS_CORETYPE:+, chosen by OPENBLAS_CORETYPE=$OPENBLAS_CORETYPE}"
  while IFS= read -r warning; do
    [[ -z $warning ]] || note "$warning"
  done < <(numerics_warnings)
}

check_disk() {
  local free
  mkdir -p data
  free=$(df -Pk data | awk 'NR == 2 { print int($4 / 1048576) }')
  if ((free >= 2)); then fine "$free GB of disk are free"; else wrong "only $free GB of disk are free: a run on CIFAR-10 needs 2"; fi
}

# check_locks: prints their holders, and whether their files are usable.
check_locks() {
  local path holder
  local -a bad=()
  for path in data/.lock data/locks data/locks/*/*; do
    if [[ -L $path || -e $path && $path != data/locks && (! -f $path || ! -r $path || ! -w $path) ]]; then
      bad+=("$path")
    fi
  done
  for path in "${bad[@]}"; do
    wrong "$path is not a file that can be read and written: remove it or correct its permissions"
  done
  ((${#bad[@]} == 0)) && [[ -x $bin/tessera ]] || return 0
  while IFS= read -r holder; do
    [[ -z $holder ]] || note "in progress: $holder"
  done < <("$bin/tessera" lock 2>/dev/null)
}

check_place() {
  [[ -e .build/tessera-place && $(<.build/tessera-place) != "$root" ]] || return 0
  note "the project was built in $(<.build/tessera-place) and moved: the build works, and the next edit rebuilds everything"
}

check_data() {
  local -a broken unfinished
  local folder line running=''
  mapfile -t broken < <(find data/runs -xtype l 2>/dev/null)
  if ((${#broken[@]} == 0)); then
    fine "every link of data/runs leads to an artefact"
  else
    wrong "links that lead nowhere (${broken[*]}): run the recipe again, ./pipeline.sh run RECIPE"
  fi
  if [[ -x $bin/tessera ]]; then
    while IFS= read -r line; do
      case $line in
        '  is not valid:'*) wrong "$folder:${line#  is not valid:}; run its recipe again" ;;
        '  not used:'*) note "$folder: not used, not as recorded:${line#  not used:}" ;;
        *) folder=$line ;;
      esac
    done < <("$bin/tessera" verify --remembered 2>/dev/null)
    running=$("$bin/tessera" lock 2>/dev/null | tr '\n' ',') || running=''
  fi
  mapfile -t unfinished < <(find data/work -mindepth 2 -maxdepth 2 -type d 2>/dev/null | sort)
  for folder in "${unfinished[@]}"; do
    if [[ "$running," == *"work $folder,"* ]]; then
      note "a stage is running in $folder"
    else
      note "unfinished work, $(du -sh "$folder" | cut -f 1): the same command resumes it, or: rm -r $folder"
    fi
  done
}
