import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKED_NUMBERS } from '../../../lib/pgbackrest/lsn.ts'
import { waitForArchive } from '../../../roles/postgres-restore/scripts.ts'
import { rejoinScript } from '../../../roles/postgres-replica/rejoin-script.ts'

const LIBRARY = join(import.meta.dirname, '../../../docker/postgres/lib')
const SHELLS = { dash: ['dash'], bash: ['bash'], busybox: ['busybox', 'sh'] }

for (const [name, [shell = '', ...first]] of Object.entries(SHELLS)) {
  describe(`what another host says is a number or nothing, in ${name}`, function () {
    let dir: string
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'numbers-'))
      mkdirSync(join(dir, 'run'))
      mkdirSync(join(dir, 'pgdata/pg_wal'), { recursive: true })
    })
    afterEach(() => rmSync(dir, { recursive: true }))

    const program = (name: string, text: string): void => {
      // A script that ran out of time may leave one that is just starting: that file cannot be written.
      rmSync(join(dir, name), { force: true })
      writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`)
      chmodSync(join(dir, name), 0o755)
    }
    const run = (script: string, timeout = 8000, env: object = {}) =>
      spawnSync(shell, [...first, '-c', script], {
        env: {
          PATH: `${dir}:${process.env['PATH']}`,
          PGDATA: join(dir, 'pgdata'),
          PWNED: join(dir, 'pwned'),
          ...env,
        },
        encoding: 'utf8',
        timeout,
      })
    const library = (...parts: string[]) =>
      `${parts.map((part) => `. ${LIBRARY}/${part}.sh`).join('\n')}\nrun=${dir}/run\n`
    const harmless = () => assert(!existsSync(join(dir, 'pwned')), 'a command of the other host was run')

    // Nothing in them is a space: psql's answers are split at those.
    const evil = (): string[] => [
      `1+a[$(>$PWNED)]/0`,
      `a[$(>$PWNED)]/0`,
      `0/a[$(>$PWNED)]`,
      `0/0+a[$(>$PWNED)]`,
      `PWNED/0`,
      '$(>$PWNED)/0',
      '`>$PWNED`/0',
    ]
    const bad = (): string[] => [
      ...evil(),
      '',
      '/',
      '0/',
      '/0',
      '0/0/0',
      '0x1/0',
      '1 /0',
      '-1/0',
      '0/123456789',
      '123456789/0',
      '0/g',
      '0/a',
      '0/0\n',
      '0/É',
    ]

    for (const [what, functions, prefix] of [
      ['common.sh', `. ${LIBRARY}/common.sh`, '_'],
      ['the scripts that hosts run', CHECKED_NUMBERS, ''],
    ] as const) {
      it(`${what} takes positions of WAL as PostgreSQL writes them, and no others`, () => {
        const script = `${functions}\nfor one in "$@"; do ${prefix}bytes_of "$one" || echo no; done`
        const ask = (values: string[]) =>
          spawnSync(shell, [...first, '-c', script, 'x', ...values], {
            env: { PATH: process.env['PATH'], PGDATA: dir, PWNED: join(dir, 'pwned'), LC_ALL: 'C.UTF-8' },
            encoding: 'utf8',
          })
            .stdout.split('\n')
            .slice(0, -1)
        assert.deepEqual(ask(['0/0', '0/3000028', '1/0', 'FF/FFFFFFFF']), [
          '0',
          '50331688',
          '4294967296',
          '1099511627775',
        ])
        const values = bad()
        assert.deepEqual(
          ask(values),
          values.map(() => 'no'),
        )
        harmless()
      })

      it(`${what} takes decimal numbers, and nothing else`, () => {
        const script = `${functions}\nfor one in "$@"; do ${prefix}is_number "$one" && echo yes || echo no; done`
        const ask = (values: string[]) =>
          spawnSync(shell, [...first, '-c', script, 'x', ...values], {
            env: { PATH: process.env['PATH'], PGDATA: dir, PWNED: join(dir, 'pwned') },
            encoding: 'utf8',
          })
            .stdout.split('\n')
            .slice(0, -1)
        assert.deepEqual(ask(['0', '7', '4294967295', '9'.repeat(18)]), ['yes', 'yes', 'yes', 'yes'])
        const values = [...bad(), '010', '0x10', '-1', '1.5', '1e3', ' 1', '1\n', '9'.repeat(19), 'PATH']
        assert.deepEqual(
          ask(values),
          values.map(() => 'no'),
        )
        harmless()
      })
    }

    const guard = () => `${library('common', 'config', 'disk', 'guard', 'signed')}
POSTGRES_SLOT_NAME=me POSTGRES_PORT=5432 POSTGRES_REPLICATION_USER=replicator`

    for (const nth of [0, 1, 2]) {
      it(`the guard hears nothing in an answer whose field ${nth + 1} is none, and asks with SCRAM only`, () => {
        for (const one of [...evil(), 'x', '12x']) {
          const fields = ['7011', '2', '0/3000028']
          fields[nth] = one
          program(
            'psql',
            `echo "$PGREQUIREAUTH" > ${dir}/auth\ncat <<'ANSWER'\noff\n${fields.join('|')}|\nANSWER`,
          )
          const { stdout, stderr } = run(`${guard()}
_ask 10.0.0.2
echo "$answer:$peer_sysid:$peer_timeline"
timeline=1 mount=${dir}
_remember_fence 10.0.0.2
cat ${dir}/auth; echo "after:\${PGREQUIREAUTH-unset}"`)
          harmless()
          const told = nth === 2 ? /^primary:7011:2$/m : /^silent::0$/m
          assert.match(stdout, told, `${one}\n${stderr}`)
          assert.match(stdout, /^scram-sha-256\nafter:unset$/m)
          assert.equal(existsSync(join(dir, 'fenced')), nth === 2, 'no fence without a timeline')
          rmSync(join(dir, 'fenced'), { force: true })
        }
      })
    }

    it('the timeline of a data folder is read off names of WAL only', () => {
      program('pg_controldata', `echo "Latest checkpoint's TimeLineID:       3"`)
      for (const name of [
        'a[$(>$PWNED)]0000000000000',
        `00000005${'0'.repeat(16)}`,
        'x'.repeat(24),
        `${'0'.repeat(8)}G${'0'.repeat(15)}`,
      ])
        writeFileSync(join(dir, 'pgdata/pg_wal', name.replace('/', '')), '')
      assert.equal(run(`${guard()}\n_timeline`).stdout, '5\n')
      harmless()
    })

    it('a standby of an old primary is beyond it only by positions', () => {
      for (const one of evil()) {
        const handover = `${guard()}\n${beyond()}\n_beyond "${'$1'} on timeline 2" '0/3000028 on timeline 2' && echo beyond || echo no`
        const { stdout } = spawnSync(shell, [...first, '-c', handover, 'x', one], {
          env: { PATH: process.env['PATH'], PGDATA: dir, PWNED: join(dir, 'pwned') },
          encoding: 'utf8',
        })
        assert.equal(stdout, 'no\n')
        harmless()
      }
    })

    it('a node that rejoins does not believe such a position of its primary', () => {
      program('sleep', '')
      for (const one of evil().slice(0, 3)) {
        program(
          'docker',
          `case "$*" in *State.Running*) echo true ;; *pg_stat_wal_receiver*) rm -f ${dir}/rejoin; echo 1 2 50331688 ;;
*IDENTIFY_SYSTEM*) printf '%s\\n' '7011 2 ${one} ' ;; *run-playbook/status*) rm -f ${dir}/rejoin ;; esac`,
        )
        const script = rejoinScript({
          way: 'rewind',
          because: '',
          dataDir: dir,
          primary: '10.88.0.12',
          container: 'postgres',
        })
        assert.notEqual(run(script, 700).status, 0)
        harmless()
      }
    })

    it('a restore does not wait for a segment that such a position leads to', () => {
      for (const [nth, one] of [
        ...evil()
          .slice(0, 3)
          .map((one) => [2, one] as const),
        ...evil()
          .slice(0, 3)
          .map((one) => [1, one] as const),
      ]) {
        const fields = ['7011', '2', '0/3000028']
        fields[nth] = one
        program('docker', `printf '%s\\n' '${fields.join(' ')} ' 16MB`)
        const { status, stderr } = run(waitForArchive('10.88.0.12', dir))
        harmless()
        assert.equal(status, 1)
        assert.match(stderr, /the primary at 10.88.0.12 does not say where it is in its WAL/)
      }
      program('docker', `printf '%s\\n' '7011 2 0/3000028 ' 'a[$(>$PWNED)]MB'`)
      assert.equal(run(waitForArchive('10.88.0.12', dir)).status, 1)
      harmless()
    })

    it('a restore waits for the segment of a true one', () => {
      program('docker', `printf '%s\\n' '7011 2 0/3000028 ' 16MB`)
      const folder = join(dir, 'archive/main/15-1', '0000000200000000')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, '000000020000000000000002-abc'), '')
      const { status, stderr } = run(waitForArchive('10.88.0.12', dir))
      assert.equal(status, 0, stderr)
    })

    it('records that are no such records are words in the status, and nothing that a shell runs', () => {
      mkdirSync(join(dir, 'state'))
      const list = ['x', '$(>$PWNED)', '>$PWNED']
      for (const record of [
        { at: list, result: list, seconds: 'a[$(>$PWNED)]', label: list, text: list },
        { at: '1+a[$(>$PWNED)]', result: { a: 1 }, seconds: list, label: "'; >$PWNED; '", text: { a: list } },
      ]) {
        writeFileSync(join(dir, 'state/backup.json'), JSON.stringify(record))
        program(
          'pgbackrest',
          `cat <<'JSON'\n${JSON.stringify([{ status: { code: list, message: list }, backup: [{ label: list, type: 'full', timestamp: { stop: '1+a[$(>$PWNED)]' }, archive: { start: list, stop: 'a[$(>$PWNED)]' }, info: { repository: { delta: list } } }] }])}\nJSON`,
        )
        const { stdout, stderr } = run(`${library('common', 'look', 'schedule')}
state=${dir}/state
_look_at_records; _look_into_repository
echo "$backup_at $backup_seconds $code $full $newest $delta $good $stop"
timeline=1 hole='' code=0 full=1 begun=0; _due 100000 || true
: $((1 - newest)) $((1 - backup_at))`)
        harmless()
        assert.match(stdout, /^0 0 99 0 0 0 0 $/m, stderr)
      }
    })
  })
}

/** The function of handover.sh, which is a program. */
function beyond(): string {
  return `eval "$(sed -n '/^_beyond() {/,/^}/p' ${join(LIBRARY, '../handover.sh')})"`
}
