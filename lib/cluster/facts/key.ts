import { sh } from '../../core/sh.ts'
import { SECRETS } from '../places.ts'

/** What a node has of an encrypted repository. */
export interface KeyFact {
  /** SHA-256 of the key that lies there; undefined without one. */
  readonly key: string | undefined
  /** How the repository's account of itself begins, in hexadecimal; undefined where it is not encrypted, or not there. */
  readonly sealed: string | undefined
}

export const KEY_FILE = `${SECRETS}/pgbackrest_cipher`
export const keyScript = (backupDir: string): string => sh`
  if [ -s ${KEY_FILE} ]; then echo "key $(printf %s "$(cat ${KEY_FILE})" | sha256sum | cut -d ' ' -f 1)"; fi
  for f in archive/main/archive.info archive/main/archive.info.copy backup/main/backup.info backup/main/backup.info.copy; do
    if [ "$(head -c 8 ${backupDir}/$f 2>/dev/null | tr -d '\\000')" = Salted__ ]; then
      echo "sealed $(od -A n -v -t x1 -N 32 ${backupDir}/$f | tr -d ' \\n')"
      break
    fi
  done`

/** @param found what the script printed, by the first word of each line */
export const parseKey = (found: ReadonlyMap<string, string>): KeyFact => ({
  key: found.get('key'),
  sealed: found.get('sealed'),
})
