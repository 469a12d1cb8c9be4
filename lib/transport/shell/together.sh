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

# together SECONDS TURN [KIND SCRIPT]…: all of them steps, or all of them probes
together() {
  l=$(($1 + $2)) t=$2 k=$3
  shift 2
  while [ $# -gt 0 ]; do
    if [ "$X" = all ] || { [ -n "$X" ] && [ $k != probe ]; }; then
      flush
      printf '%s skipped\n' $N || exit
      i=$((i + 1))
      shift 2
      continue
    fi
    q=$i I=/dev/null i=q v=''
    : >"$D/k"
    run $l -c "$E" /bin/sh "$D" "$S" "$U" $q "$V" "$t" "$@"
    i=$q
    { read -r v <"$D/k" || :; } 2>/dev/null
    for n in $v; do ended "$n"; shift 2; done
    # The one that ran when time was up, or that took the process with it.
    if [ $c != 0 ] && [ $# -gt 0 ]; then
      true >>"$D/o$i" 2>>"$D/e$i"
      ended $c
      shift 2
    elif [ -z "$v" ] && [ $k != probe ] && stopped; then
      X=steps
    fi
    if [ $k != probe ]; then
      M=$J
      flush
      M=$K
    elif [ $((y - Z)) -ge 5 ]; then
      flush
    fi
  done
  V=''
}

ended() {
  C=$C,$1 F="$F $D/o$i $D/e$i" i=$((i + 1))
  [ "$1" = 0 ] || [ $k = probe ] || X=steps
}
