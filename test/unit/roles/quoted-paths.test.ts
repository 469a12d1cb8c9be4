import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../../../lib/core/sh.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'
import { PRIVILEGE_OPTIONS } from '../../../lib/cluster/privileges.ts'

describe('folders with odd names, in the programs of a node', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'quoted-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  const odd = () => join(dir, `a b$(>${dir}/pwned)\`>${dir}/pwned\`;'"$HOME`.replaceAll('/pwned', '_pwned'))
  const harmless = () => assert(!existsSync(`${dir}_pwned`), 'a name was run as a command')

  /** Runs the program of a template, whose variables a role gives to the shell as quoted words. */
  function run(name: string, vars: object) {
    const role = new URL(`../../../roles/postgres-${name}/`, import.meta.url)
    const text = compileTemplate({ file: new URL(`templates/run-${name}.hbs`, role) }).render(vars)
    assert(typeof text === 'string')
    return ['dash', 'bash', 'busybox'].map((shell) =>
      spawnSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-c', text], {
        env: { PATH: `${dir}:${process.env['PATH']}`, HOME: '/home' },
        encoding: 'utf8',
      }),
    )
  }

  it('are mounted by a drill as they are', () => {
    writeFileSync(join(dir, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${dir}/args'\n`)
    chmodSync(join(dir, 'docker'), 0o755)
    const [backups, scratch, image] = [`${odd()}1`, `${odd()}2`, 'an image']
    const places = {
      lock: `${dir}/lock`,
      state: dir,
      cipher: `${dir}/none`,
      privileges: PRIVILEGE_OPTIONS,
    }
    for (const { status, stderr } of run('drill', {
      image: quote(image),
      backups: quote(backups),
      scratch: quote(scratch),
      ...places,
    })) {
      assert.equal(status, 0, stderr)
      harmless()
      const args = readFileSync(join(dir, 'args'), 'utf8').split('\n')
      assert(args.includes(`type=bind,source=${backups},target=/var/lib/pgbackrest,readonly`))
      assert(args.includes(`type=bind,source=${scratch},target=/var/lib/postgresql/data`))
      assert(args.includes(image))
    }
  })

  it('are copied off the site as they are', () => {
    const [backups, place] = [`${odd().replaceAll('/', '_')}`, join(dir, 'place')]
    mkdirSync(place)
    const vars = {
      backups: quote(join(dir, backups)),
      place: quote(place),
      target: quote(`${place}/$(>${dir}_pwned)`),
      lock: dir,
      state: dir,
    }
    for (const { stdout } of run('offsite', vars)) {
      harmless()
      assert.match(stdout, /^failed: /)
    }
  })

  it('are quoted by the roles', () => {
    for (const name of ['drill', 'offsite']) {
      const role = readFileSync(new URL(`../../../roles/postgres-${name}/role.ts`, import.meta.url), 'utf8')
      assert.match(role, /backups: quote\(backupDir\)/)
    }
  })
})
