/**
 * A shell function, `old_data ID`, for the folder that the data directory is in: prints where the data lie that were there before the restore
 * of that name. `replaced`: in `pgdata.replaced-ID`; `same`: in `pgdata`; `none`: there were none. An abort decides that once, in `restore.aborting`:
 * what it moves would be mistaken later.
 */
export const OLD_DATA = `old_data() {
  if grep -q "^$1 " restore.aborting 2>/dev/null; then sed -n "s/^$1 //p" restore.aborting
  elif [ -d "pgdata.replaced-$1" ]; then echo replaced
  elif [ ! -f pgdata/global/pg_control ]; then echo none
  elif [ ! -e pgdata.restore ] && [ ! -e pgdata.restored ] && grep -qx "as=$1" restore.report 2>/dev/null &&
    grep -Eqx 'state=(proved|done)' restore.report; then echo none
  else echo same; fi
}`
