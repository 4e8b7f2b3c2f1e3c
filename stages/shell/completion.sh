# shellcheck shell=bash
# Completion for bash, zsh and fish. Sourced by pipeline.sh.
#
# A shell's script calls `pipeline.sh complete WORD...` for candidates for the last word, so that all
# shells offer the same. Commands, options and arguments come from the texts of help.sh, recipes and runs from
# their folders, the rest from the tool. Nothing is built for it: without the tool it offers no steps and keys.

# command_completion SHELL
command_completion() {
  local shell=${1:-}
  (($# <= 1)) || fail $EXIT_USAGE "completion takes one shell, found '$*'; see ./pipeline.sh completion --help"
  case $shell in
    bash | zsh | fish) "script_for_$shell" ;;
    '') fail $EXIT_USAGE "completion needs the name of a shell: bash, zsh or fish; see ./pipeline.sh completion --help" ;;
    *) unknown shell "$shell" bash zsh fish ;;
  esac
}

# --- Candidates -----------------------------------------------------------------------------------

# print_candidates WORD...: the words of a command line after ./pipeline.sh; the last is the one to complete,
# and may be empty. Prints one candidate per line, its meaning after a tab; `:files` if a file is possible too,
# `:yaml` if a .yaml file is.
print_candidates() {
  local command=${1:-} current=${*: -1} previous='' place=0 option word kind
  local -a words=()
  if (($# <= 1)); then
    candidates COMMAND "$current"
    [[ $current != -* ]] || { matching "$current" --help ''; matching "$current" --version ''; }
    # Options of `run` need no command before them.
    [[ $current != -* ]] || options_of run "$current"
    return 0
  fi
  words=("${@:2:$#-2}")
  [[ $command != -* ]] || { command=run words=("${@:1:$#-1}"); }
  case $command in
    help) candidates COMMAND "$current"; return 0 ;;
  esac
  [[ " ${commands[*]} " == *" $command "* ]] || return 0
  # The number of arguments so far, and the option whose value comes next.
  for word in "${words[@]}"; do
    if [[ -n $previous ]]; then
      previous=''
    elif [[ $word == --*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      [[ -z $(value_of_option "$command" "$word") ]] || previous=$word
    else
      place=$((place + 1))
    fi
  done
  if [[ $command == plot && " ${words[*]} " == *' --terminal '* && $current != -* ]]; then
    candidates FIGURE "$current"
  elif [[ -n $previous ]]; then
    candidates "$(value_of_option "$command" "$previous")" "$current"
  elif [[ $current == --*=* ]]; then
    option=${current%%=*}
    candidates "$(value_of_option "$command" "$option")" "${current#*=}" "$option="
  elif [[ $current == -* ]]; then
    options_of "$command" "$current"
  else
    for kind in $(places_of "$command" "$place" "${words[0]:-}"); do candidates "$kind" "$current"; done |
      awk '/^:/ { if (!seen[$0]++) markers = markers $0 "\n"; next } { print } END { printf "%s", markers }'
  fi
  return 0
}

# matching CURRENT WORD MEANING [PREFIX]: prints a candidate if it begins with CURRENT. Names and
# meanings may come from a stranger: words with special characters of a shell are skipped, and meanings
# are free of control characters.
matching() {
  [[ $2 == "$1"* && $2 =~ ^[][A-Za-z0-9._=,:/@%+-]+$ ]] || return 0
  printf '%s\t%s\n' "${4:-}$2" "${3//[[:cntrl:]]/ }"
}

# options_of COMMAND CURRENT
options_of() {
  local line
  while IFS= read -r line; do
    [[ $line =~ ^'  '(--[a-z-]+)(' '[^' '].*)?'  '' '*([^' '].*)$ ]] || continue
    matching "$2" "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
  done < <("help_$1")
  matching "$2" --help "what $1 does, and its options"
}

# value_of_option COMMAND OPTION: its value as named in the help: RUN; empty for a flag.
value_of_option() {
  "help_$1" | sed -n "s/^  $2 \\([^ ].*\\)\$/\\1/p" | sed -n '1s/  .*//p' | grep -v '^ ' || true
}

# places_of COMMAND PLACE FIRST: the kind of the argument at PLACE, from 0; FIRST is the first argument.
places_of() {
  local line word found
  local -a places
  while IFS= read -r line; do
    [[ $line == "./pipeline.sh $1"* ]] || break
    line=${line#"./pipeline.sh $1"}
    places=()
    for word in $line; do
      # Options have lines of their own.
      [[ $word != '[--'* && $word != --* && $word != '[OPTION...]' ]] || break
      places+=("${word//[\[\]]/}")
    done
    # A word in lower case is literal: sweep status NAME.
    if [[ ${places[0]:-} =~ ^[a-z]+$ ]]; then
      if (($2 == 0)); then
        echo "=${places[0]}"
        continue
      fi
      [[ ${places[0]} == "$3" ]] || continue
    elif [[ $1 == sweep && ($3 == status || $3 == report) && $2 -gt 0 ]]; then
      continue
    fi
    found=${places[$2]:-}
    # An argument with dots repeats.
    [[ -n $found || ${#places[@]} -eq 0 || ${places[-1]} != *... ]] || found=${places[-1]}
    found=${found%...}
    echo "${found//|/ }"
  done < <("help_$1")
}

# candidates KIND CURRENT [PREFIX]: KIND is a placeholder of the help, in capitals.
candidates() {
  local kind=$1 current=$2 prefix=${3:-} path word meaning key
  case $kind in
    =*) matching "$current" "${kind#=}" '' "$prefix" ;;
    COMMAND)
      while IFS= read -r word; do
        [[ $word =~ ^'  '([a-z]+)(' '.*)?'  '' '*([^ ].*)$ ]] || continue
        matching "$current" "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}" "$prefix"
      done < <(help_all)
      ;;
    RECIPE)
      for path in stages/recipes/*.yaml; do
        meaning=$(sed -n '/^about:/{s/^about: *//;s/^"\(.*\)"$/\1/p;q;}' "$path")
        path=${path##*/}
        matching "$current" "${path%.yaml}" "$meaning" "$prefix"
      done
      # Recipes have names; a path is offered only after its beginning is typed.
      [[ -z $current ]] || echo :yaml
      ;;
    RUN)
      for path in data/runs/*/run.json; do
        path=${path%/run.json}
        [[ $path == *'*' ]] || matching "$current" "${path##*/}" '' "$prefix"
      done
      ;;
    SWEEP)
      for path in data/sweeps/*/; do
        path=${path%/}
        [[ $path == *'*' ]] || matching "$current" "${path##*/}" '' "$prefix"
      done
      ;;
    FIGURE)
      for path in plots/*/*.gp; do
        path=${path##*/}
        [[ $path == *'*'* ]] || matching "$current" "${path%.gp}" '' "$prefix"
      done | sort -u
      ;;
    STEP | PATTERN)
      [[ $kind == STEP ]] && kind=steps || kind=keys
      words_of_tool "$kind" | while IFS=$'\t' read -r word meaning; do
        matching "$current" "$word" "$meaning" "$prefix"
      done
      ;;
    KEY=*)
      if [[ $current == *=* ]]; then
        key=${current%%=*}
        # A sweep takes several values, separated by commas.
        word=''
        [[ $kind != *,* || ${current#*=} != *,* ]] || word=${current#*=} word=${word%,*},
        words_of_tool values "$key" | while IFS=$'\t' read -r meaning; do
          matching "${current#*=}" "$word$meaning" '' "$prefix$key="
        done
      else
        words_of_tool keys | while IFS=$'\t' read -r word meaning; do
          matching "$current" "$word=" "$meaning" "$prefix"
        done
      fi
      ;;
    SHELL) for word in bash zsh fish; do matching "$current" "$word" '' "$prefix"; done ;;
    WHEN) for word in auto always never; do matching "$current" "$word" '' "$prefix"; done ;;
    CHECKPOINT) for word in best last; do matching "$current" "$word" '' "$prefix"; done ;;
    [a-z]*) matching "$current" "$kind" '' "$prefix" ;;
    FILE* | DATA | *.OUTPUT) [[ $kind == *.OUTPUT ]] || echo :files ;;
  esac
}

# words_of_tool KIND [NAME]: from the tool, if it is built.
words_of_tool() {
  [[ ! -x $bin/tessera ]] || "$bin/tessera" words "$@" 2>/dev/null || true
}

# --- Scripts --------------------------------------------------------------------------------------
# Each completes the word pipeline.sh with any path, but runs only those that the user has chosen by
# sourcing a script: otherwise pressing Tab would run a pipeline.sh of another project.

script_for_bash() {
  printf '# Completion of %s for bash: source <(%q completion bash)\n' "$root/pipeline.sh" "$root/pipeline.sh"
  printf '_tessera_known+=(%q)\n' "$root/pipeline.sh"
  cat <<'TEXT'
_tessera() {
  local script line word known='' index
  local -a words=()
  COMPREPLY=()
  script=$(readlink -f -- "${COMP_WORDS[0]/#\~\//$HOME/}") || return 0
  for word in "${_tessera_known[@]}"; do [[ $word != "$script" ]] || known=yes; done
  [[ -n $known ]] || return 0
  # Bash splits words at = and :; here they are joined again.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if ((${#words[@]} > 0)) && [[ $word == [=:]* || ${words[-1]} == *[=:] ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  # A space after = still begins a new word.
  if [[ ${COMP_WORDS[COMP_CWORD]} == '' && ${COMP_LINE:COMP_POINT-1:1} == ' ' && ${words[-1]} != '' ]]; then
    words+=('')
  fi
  local current=${words[-1]} start=''
  [[ $current != *[=:]* ]] || start=${current%"${current##*[=:]}"}
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      while IFS= read -r word; do
        [[ $line == :yaml && $word != *.yaml && ! -d $word ]] || COMPREPLY+=("$word")
      done < <(compgen -f -- "${current#"$start"}")
      compopt -o filenames 2>/dev/null
      continue
    fi
    word=${line%%$'\t'*}
    word=${word#"$start"}
    # No space follows if a value comes next.
    [[ $word != *= ]] || compopt -o nospace 2>/dev/null
    COMPREPLY+=("$word")
  done < <("$script" complete "${words[@]}" 2>/dev/null)
}
complete -F _tessera pipeline.sh
TEXT
}

script_for_zsh() {
  printf '# Completion of %s for zsh: source <(%q completion zsh)\n' "$root/pipeline.sh" "$root/pipeline.sh"
  printf 'typeset -ga _tessera_known\n_tessera_known+=(%q)\n' "$root/pipeline.sh"
  cat <<'TEXT'
_tessera() {
  local script=${${(Q)words[1]/#\~\//$HOME/}:A} line word
  local -a found values
  (( ${_tessera_known[(Ie)$script]} )) || return 1
  for line in ${(f)"$("$script" complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)"}; do
    case $line in
      :files) _files; continue ;;
      :yaml) _files -g '*.yaml'; continue ;;
    esac
    word=${line%%$'\t'*}
    if [[ $word == *= ]]; then
      values+=("${word//:/\\:}:${line#*$'\t'}")
    else
      found+=("${word//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#values == 0 )) || _describe -t values value values -S ''
  (( $#found == 0 )) || _describe -t words word found
}
compdef _tessera pipeline.sh
TEXT
}

script_for_fish() {
  printf '# Completion of %s for fish: %q completion fish | source\n' "$root/pipeline.sh" "$root/pipeline.sh"
  printf 'set -g --append __tessera_known %s\n' "$(fish_quoted "$root/pipeline.sh")"
  cat <<'TEXT'
function __tessera
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set -l script (realpath -- (string replace -r '^~/' "$HOME/" -- $words[1]) 2>/dev/null)
  contains -- "$script" $__tessera_known; or return
  set -l current (commandline --current-token --cut-at-cursor)
  for line in ($script complete $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path "$current"
      case :yaml
        __fish_complete_suffix "$current" .yaml
      case '*'
        echo $line
    end
  end
end
complete --command pipeline.sh --no-files --arguments '(__tessera)'
TEXT
}

# fish_quoted TEXT: between single quotes, as fish reads them.
fish_quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}
