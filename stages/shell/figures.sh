# shellcheck shell=bash
# shellcheck disable=SC2034
# `plot`: a run's figures, drawn again or in the terminal. Sourced by pipeline.sh.

# command_plot [RUN] [--terminal [FIGURE...]]: the words after --terminal are figures.
command_plot() {
  local run='' terminal=no
  local -a figures=()
  while (($# > 0)); do
    case $1 in
      --terminal) terminal=yes ;;
      -*) unknown option "$1" --terminal --help ;;
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
  threads=$(nproc)
  catch_signals
  take_lock no "plot $run"
  ensure_built all
  request=(${run:+--run "$run"}) selection=(--published)
  run_until_complete
  [[ $terminal == no ]] || tessera draw ${run:+--run "$run"} "${figures[@]}"
}
