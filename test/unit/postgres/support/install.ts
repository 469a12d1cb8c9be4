import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const VERSIONS = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs. Installs them where they are missing and that is allowed (Debian, as root). */
export function postgresPrograms(): string {
  return newest() ?? install()
}

function newest(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  const versions = readdirSync(VERSIONS).filter((one) => existsSync(join(VERSIONS, one, 'bin/initdb')))
  const version = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return version && join(VERSIONS, version, 'bin')
}

function install(): string {
  if (process.getuid?.() !== 0)
    throw new Error('PostgreSQL is needed for this test: apt-get install postgresql')
  // Debian would otherwise make a cluster of its own and start it.
  const own = '/etc/postgresql-common/createcluster.conf'
  mkdirSync('/etc/postgresql-common', { recursive: true })
  if (!existsSync(own)) writeFileSync(own, 'create_main_cluster = false\n')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update', '-q'], { stdio: 'ignore', env })
  execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', 'postgresql'], {
    stdio: 'inherit',
    env,
  })
  const programs = newest()
  if (programs === undefined) throw new Error('PostgreSQL was installed and its programs are not there')
  return programs
}
