#!/bin/sh
# Runs brief scripts in one process. Sent in the batches that need it, to a shell that runs session.sh, whose names it uses.
# E is the text of each.sh.
# shellcheck disable=SC2034,SC2154,SC2086 # see session.sh

V=''

# put NUMBER TEXT, get NUMBER BLOCKS REST: the input of a script, from the batch or from the stream
put() { printf %s "$2" >"$D/i$1" || V=$1; }
get() {
  I='' bad='' q=$i i=$1
  [ -z "$X" ] || I=/dev/null
  take "$2" "$3"
  [ -z "$bad" ] || V=$i
  i=$q
}

# together SECONDS [KIND SCRIPT]…
together() {
  l=$(($1 + 30))
  shift
  while [ $# -gt 0 ]; do
    if [ -n "$X" ]; then
      printf '%s skipped\n' $N || exit
      i=$((i + 1))
      shift 2
      continue
    fi
    q=$i I=/dev/null i=q v=''
    : >"$D/k"
    run $l -c "$E" /bin/sh "$D" "$S" "$U" $q "$V" "$@"
    i=$q
    { read -r v <"$D/k" || :; } 2>/dev/null
    for n in $v; do ended "$n"; shift 2; done
    # The one that ran when time was up, or that took the process with it.
    if [ $c != 0 ] && [ $# -gt 0 ]; then
      true >>"$D/o$i" 2>>"$D/e$i"
      ended $c
      shift 2
    elif [ -z "$v" ] && stopped; then
      X=steps
    fi
    M=$J
    flush
    M=$K
  done
  V=''
}

ended() {
  C=$C,$1 F="$F $D/o$i $D/e$i" i=$((i + 1))
  [ "$1" = 0 ] || X=steps
}
