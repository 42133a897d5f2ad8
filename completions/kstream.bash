# Completion of kserver, ktopics, kproduce and kconsume. The programs themselves say what may come next (PROGRAM
# __complete), within 300 ms and in silence.

_kstream() {
  local program=$1 current=$2 previous=$3 line=${COMP_LINE:0:COMP_POINT}
  local -a words offered
  local cut=
  COMPREPLY=()
  # bash breaks words at ':' and '='; the words of the line itself are what the program wants.
  read -ra words <<< "$line"
  if [[ $line != *[[:space:]] && ${#words[@]} -gt 1 ]]; then
    current=${words[-1]}
    unset 'words[-1]'
  else
    current=
  fi
  previous=${words[-1]}
  words=("${words[@]:1}")
  if [[ $current == --*=* ]]; then
    previous=${current%%=*} current=${current#*=}
  fi
  if [[ $current == *[:=]* ]]; then
    cut=${current%"${current##*[:=]}"}
  fi

  if [[ $current == -* && $previous != -[ou] ]]; then
    mapfile -t offered < <("$program" __complete flags "$current" "${words[@]}" 2> /dev/null)
    COMPREPLY=("${offered[@]%%$'\t'*}")
    return
  fi
  if [[ $previous == -?* ]]; then
    mapfile -t offered < <("$program" __complete "$previous" "$current" "${words[@]}" 2> /dev/null)
  fi
  if [[ ${#offered[@]} -eq 0 ]]; then
    mapfile -t offered < <("$program" __complete words "$current" "${words[@]}" 2> /dev/null)
  fi
  if [[ ${offered[0]} == @files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2> /dev/null
    return
  fi
  [[ ${offered[0]} != *= ]] || compopt -o nospace 2> /dev/null
  COMPREPLY=("${offered[@]#"$cut"}")
}

complete -F _kstream kserver ktopics kproduce kconsume
