#compdef kserver ktopics kproduce kconsume
# The programs themselves say what may come next (PROGRAM __complete), within 300 ms and in silence.

_kstream() {
  local program=$words[1] current=${PREFIX} previous=$words[CURRENT-1] flag
  local -a typed offered flags
  typed=("${(@)words[2,CURRENT-1]}")

  if [[ $current == --*=* ]]; then
    previous=${current%%=*}
    compset -P 1 '*='
    current=$PREFIX
  elif [[ $current == -* && $previous != -[ou] ]]; then
    for flag in "${(@f)$($program __complete flags $current $typed 2> /dev/null)}"; do
      flags+=("${${flag%%$'\t'*}//:/\\:}:${flag#*$'\t'}")
    done
    _describe -o flag flags
    return
  fi
  if [[ $previous == -?* ]]; then
    offered=("${(@f)$($program __complete $previous $current $typed 2> /dev/null)}")
  fi
  if [[ -z $offered ]]; then
    offered=("${(@f)$($program __complete words $current $typed 2> /dev/null)}")
  fi
  [[ -n $offered ]] || return 1
  if [[ $offered[1] == @files ]]; then
    _files
  else
    [[ $offered[1] == *= ]] && compadd -S '' -a offered || compadd -a offered
  fi
}

_kstream "$@"
