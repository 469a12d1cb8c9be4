import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { install } from '../../support/install.ts'
import { useTemp } from '../modules/driver.ts'

const SHELLS = [['dash'], ['busybox', 'sh']] as const
const SUM = '0123456789abcdef0123456789abcdef01234567'

describe('the object store of a node', () => {
  const folder = useTemp()
  before(() => {
    install('/usr/bin/jq', 'jq')
    install('/bin/busybox', 'busybox')
  })
  const write = (path: string, text: string, at?: number): void => {
    const file = join(folder(), path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (at !== undefined) utimesSync(file, at, at)
  }
  /** Runs a script with the functions of the image. */
  const run = (shell: readonly [string, ...string[]], script: string): string => {
    const [program, ...args] = [
      shell[0],
      ...shell.slice(1),
      '-euc',
      `PGDATA=/nowhere/pgdata PGBACKREST_STANZA=main
      for part in common pgbackrest object-store object-wal object-backup; do . docker/postgres/lib/$part.sh; done
      run=${folder()} state=${folder()}/state repo=${folder()}/repo work=${folder()}/work object_store=${folder()}/object-store.conf
      ${script}`,
    ]
    return execFileSync(program, args, { encoding: 'utf8' }).trim()
  }

  for (const shell of SHELLS) {
    const under = `under ${shell.join(' ')}`

    it(`is told apart by what pgBackRest says of it, ${under}`, () => {
      write('object-store.conf', 'repo1-path=/shop/node-a\nrepo1-s3-bucket=backups\n')
      const said: readonly (readonly [string, RegExp])[] = [
        [
          'HTTP request failed with 403 (Forbidden):\n*** Path/Query ***:\nGET /?x\n*** Request Headers ***:\nhost: s\n*** Response Headers ***:\n*** Response Content ***:\n<?xml version="1.0"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>The signature is wrong</Message><StringToSign>AWS4 secret</StringToSign></Error>',
          /^store-denied the object store denies access to backups\/shop\/node-a: HTTP request failed with 403 \(Forbidden\): SignatureDoesNotMatch The signature is wrong\. Check the secrets object-store\.access-key and/,
        ],
        [
          '404 (Not Found) <Code>NoSuchBucket</Code>',
          /^store-missing there is no such bucket .* backups\/shop/,
        ],
        [
          '[028]: backup info file and archive info file do not match the database',
          /^store-foreign backups\/shop\/node-a in the object store belongs to another cluster/,
        ],
        ['[095] CryptoError: cipher header invalid', /^store-foreign /],
        [
          'FormatError: key/value found outside of section at line 1: Z<\u0001l',
          /^store-foreign .*outside of section\)$/,
        ],
        [
          'HTTP request failed with 507 (Insufficient Storage): <Code>XMinioStorageFull</Code>',
          /^store-full the object store is full: .*Raise its quota/,
        ],
        [
          "unable to verify certificate presented by 's:443'",
          /^store-unreachable .*does not show a TLS certificate.* set ca in objectStore/,
        ],
        [
          "[049]: unable to connect to 's:443': Connection refused",
          /^store-unreachable .*cannot be used: .*Connection refused.* tried again by itself/,
        ],
      ]
      for (const [words, expected] of said) {
        write('words', words)
        const found = run(shell, `_wrong "$(cat ${folder()}/words)"`)
        assert.match(found, expected)
        assert.doesNotMatch(found, /secret\b.*AWS4|StringToSign/)
        assert.doesNotMatch(found, /\n/)
      }
    })

    it(`gets the WAL that it lacks, and none that is older than its oldest backup, ${under}`, () => {
      const segments = [
        '000000010000000000000003',
        '000000010000000000000004',
        '000000010000000000000005',
        '000000020000000000000006',
      ]
      for (const [i, name] of segments.entries())
        write(`repo/archive/main/17-1/${name.slice(0, 16)}/${name}-${SUM}.zst`, 'x', 1000 + i)
      write('repo/archive/main/17-1/00000002.history', 'x', 1009)
      write(`repo/archive/main/17-1/0000000100000000/000000010000000000000005.partial-${SUM}.zst`, 'x')
      write(`repo/archive/main/16-1/0000000100000000/0000000100000000000000AA-${SUM}.zst`, 'x')
      write('state/contents.json', JSON.stringify({ info: [{ db: [{ id: 1, version: '17' }] }] }))
      write('work/files', `./17-1/0000000100000000/${segments[2]}-${SUM}.zst 9 1\n`)
      write('work/refused', '')
      const from = (start: string | null) => {
        const info = JSON.stringify([{ backup: start === null ? [] : [{ archive: { start } }] }])
        return run(shell, `store_since=1063; store_info='${info}'; _waiting_wal 2000`).split('\n')
      }
      assert.deepEqual(from('000000010000000000000004'), [
        `1001 ${segments[1]}-${SUM}`,
        '1009 00000002.history',
        `1003 ${segments[3]}-${SUM}`,
      ])
      // Before there is a backup: what came since the service began, and a minute before.
      assert.deepEqual(from(null), ['1009 00000002.history', `1003 ${segments[3]}-${SUM}`])
      write('work/files', '')
      write('work/refused', `${segments[3]}-${SUM}\n`)
      assert.deepEqual(from('000000010000000000000005'), [
        `1002 ${segments[2]}-${SUM}`,
        '1009 00000002.history',
      ])
    })

    it(`follows each backup of the node with one of its own, ${under}`, () => {
      const day = 86_400
      const due = (
        own: readonly [string, number] | undefined,
        there: readonly (readonly [string, number])[],
      ): string => {
        const backup = ([type, stop]: readonly [string, number]) => ({
          type,
          timestamp: { start: stop - 10, stop },
        })
        write(
          'state/contents.json',
          JSON.stringify({ info: [{ backup: own === undefined ? [] : [backup(own)] }] }),
        )
        return run(
          shell,
          `store_info='${JSON.stringify([{ backup: there.map(backup) }])}'; _due_in_store ${20 * day}`,
        )
      }
      assert.equal(due(undefined, []), '')
      assert.equal(due(['diff', 20 * day - 5], []), 'full')
      assert.equal(due(['diff', 20 * day - 50], [['full', 20 * day - 20]]), '')
      assert.equal(due(['diff', 20 * day - 5], [['full', 19 * day]]), 'diff')
      assert.equal(due(['full', 20 * day - 5], [['full', 19 * day]]), 'diff')
      assert.equal(due(['incr', 20 * day - 5], [['full', 19 * day]]), 'incr')
      assert.equal(
        due(
          ['diff', 20 * day - 5],
          [
            ['full', 12 * day],
            ['diff', 19 * day],
          ],
        ),
        'full',
      )
    })

    it(`is behind when WAL waits for a quarter of an hour, ${under}`, () => {
      write('object-store.conf', 'repo1-path=/shop/node-a\nrepo1-s3-bucket=backups\n')
      write('work/waiting', `1000 A\n1500 B\n`)
      write('work/refused', '')
      assert.equal(run(shell, '_wal_problems 1800'), '')
      assert.match(
        run(shell, '_wal_problems 2200'),
        /^store-behind\twarning\t2 WAL segments are not in the object store yet, the oldest for 20 minutes/,
      )
      write('work/refused', `X-${SUM}\n`)
      assert.match(
        run(shell, '_wal_problems 1800'),
        /^store-foreign\twarning\tthe object store has another file of the name of X-/,
      )
    })
  }
})
