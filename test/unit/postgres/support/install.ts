import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../../support/install.ts'

const VERSIONS = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs. Installs them where they are missing and that is allowed (Debian, as root). */
export function postgresPrograms(): string {
  return newest() ?? installPrograms()
}

function newest(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  const versions = readdirSync(VERSIONS).filter((one) => existsSync(join(VERSIONS, one, 'bin/initdb')))
  const version = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return version && join(VERSIONS, version, 'bin')
}

function installPrograms(): string {
  // Debian would otherwise make a cluster of its own.
  const own = '/etc/postgresql-common/createcluster.conf'
  mkdirSync('/etc/postgresql-common', { recursive: true })
  if (!existsSync(own)) writeFileSync(own, 'create_main_cluster = false\n')
  install(VERSIONS, 'postgresql')
  const programs = newest()
  if (programs === undefined) throw new Error('PostgreSQL was installed and its programs are not there')
  return programs
}
