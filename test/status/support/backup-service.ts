import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { Postgres } from './postgres.ts'

export interface BackupService {
  stop(): void
}

/** The part of the backup service that says what the repository holds: its own shell code, in quicker rounds. */
export function startBackupService({
  folder,
  pgbackrest,
}: Pick<Postgres, 'folder' | 'pgbackrest'>): BackupService {
  const library = resolve('docker/postgres/lib')
  const script = `
    run=${join(folder, 'run')} state=${join(folder, 'state')}
    mkdir -p "$run"
    for part in look repository contents; do . ${library}/$part.sh; done
    pgbackrest() { command ${pgbackrest.join(' ')} --stanza=main "$@"; }
    repository() { PATH=$run:$PATH sh ${resolve('docker/postgres/pgbackrest/repository')} ${join(folder, 'repository')} main; }
    printf '#!/bin/sh\\nexec /usr/bin/${pgbackrest.join(' ')} "$@"\\n' > "$run/pgbackrest"
    chmod +x "$run/pgbackrest"
    while sleep 0.5; do _look_into_repository; _contents "$(date +%s)"; done`
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit'], detached: true })
  return {
    stop: () => {
      try {
        process.kill(-(child.pid as number))
      } catch {
        // It is stopped already.
      }
    },
  }
}
