#!/bin/sh
# Runs brief scripts in one process, each in a subshell. Sent as an argument of the shell that becomes it:
# sh -c TEXT /bin/sh FOLDER STOP-FILE UID NUMBER BAD TURN GO [KIND SCRIPT]…
# NUMBER is that of the first script, BAD that of one whose input could not be stored. With GO the exit code of each goes to
# descriptor 5, and the next one waits for a line from the FIFO g: so a step does not begin when the connection is gone. Ends
# after a step that fails, and after TURN seconds: the time limit is for all of them, so what comes after a slow one is run with
# a new limit. All exit codes go to the file k. The names begin with _, because the scripts see them.
_d=$1 _s=$2 _i=$4 _b=$5 _n=$6 _g=$7
# shellcheck disable=SC2034 # for the scripts
_uid=$3
shift 7
_now() { { read -r _y _ </proc/uptime || _y=0; } 2>/dev/null; _y=${_y%.*}; }
_now
_t=$_y
[ -z "$_g" ] || exec 6<"$_d/g"
while [ $# -gt 1 ]; do
  case $1 in
    *-on | probe) ;;
    *) if [ -e "/tmp/$_s" ] || [ -e "/var/tmp/$_s" ] || [ -e "/dev/shm/$_s" ]; then exit 0; fi ;;
  esac
  _f=$_d/i$_i
  [ -e "$_f" ] || _f=/dev/null
  (
    umask 022
    [ "$_i" != "$_b" ] || {
      echo 'run-playbook: the input could not be stored on the host (disk full?) or changed while it was sent' >&2
      exit 1
    }
    _x=$2
    set --
    eval "$_x"
  ) <"$_f" >"$_d/o$_i" 2>"$_d/e$_i" 5>&- 6>&-
  _c=$?
  printf '%s ' $_c >>"$_d/k" || exit 1
  if [ -n "$_g" ]; then { echo $_c >&5 && read -r _y <&6; } || exit 0; fi
  [ $_c = 0 ] || [ "$1" = probe ] || exit 0
  shift 2
  _i=$((_i + 1))
  _now
  [ $((_y - _t)) -lt "$_n" ] || exit 0
done
exit 0
