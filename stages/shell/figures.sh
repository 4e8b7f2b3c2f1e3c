# shellcheck shell=bash
# shellcheck disable=SC2034
# `plot`: a run's figures, drawn again or in the terminal. Sourced by pipeline.sh.

# figures_stand: whether nothing would have to be drawn.
figures_stand() {
  ensure_built tool
  tessera plan "${request[@]}" "${selection[@]}" --preview >/dev/null 2>&1
}

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
  threads=$(nproc)
  request=(${run:+--run "$run"}) selection=(--published)
  # Figures that stand are only read, for which nobody has to wait.
  if [[ $terminal == no ]] || ! figures_stand; then
    catch_signals
    ensure_built all
    [[ -n $run ]] || run=$(tessera latest)
    share_project "plot $run"
    run_until_complete "$run" plot
  fi
  [[ $terminal == no ]] || tessera draw ${run:+--run "$run"} "${figures[@]}"
}
