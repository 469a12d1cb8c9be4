import assert from 'node:assert/strict'
import { AHEAD, FAST, NOTHING, OTHER, PRIMARY, REPLICA, fixture, hosts, report, text } from './three-nodes.ts'

describe('the status of the cluster', () => {
  it('is a row a node, and nothing to say when all is well', () => {
    const { table, say, parts, warnings } = report([PRIMARY, REPLICA, OTHER])
    assert.deepEqual(
      table.columns.slice(0, 7).map(({ name }) => name),
      ['node', 'role', 'lag', 'slots', 'newest backup', 'connections', 'timeline'],
    )
    assert.match(
      table.rows[0]?.slice(0, 7).map(text).join('|') ?? '',
      /^node-a\|primary\|\|2, [\d.]+ [kM]?B\|full \d+ min ago\|\d\/97\|1$/,
    )
    assert.deepEqual(table.rows[1]?.slice(0, 4).map(text), ['node-b', 'replica', '0 B', ''])
    assert.match(say('node-a', 'restorable since'), /^\d{4}-\d\d-\d\d \d\d:\d\d$/)
    assert.deepEqual(warnings, [])
    assert.deepEqual(parts[1], { kind: 'lines', lines: [{ text: { text: 'All is well.', tone: 'good' } }] })
  })

  it('is told of a node that is not reached, and of the others all the same', () => {
    const { say, warnings, data, words } = report([PRIMARY, REPLICA, undefined])
    assert.equal(say('node-c', 'role'), 'not reached')
    assert.equal(say('node-b', 'role'), 'replica')
    assert.deepEqual(warnings, ['critical node-c node-unreachable'])
    assert.equal(words[0]?.message, 'Not reached: connection refused')
    assert.deepEqual((data['nodes'] as Record<string, unknown>)['node-c'], {
      unreached: { code: 'E_CONNECT_FAILED', message: 'connection refused' },
    })
  })

  it('says in words what keeps PostgreSQL from answering, and keeps the last known role', () => {
    const reasons = ['container-stopped', 'postgres-hangs', 'docker-down', 'guarding'].map((name) => {
      const { say, words } = report([PRIMARY, fixture(name), OTHER])
      const why = words.find(({ node, code }) => node === 'node-b' && code === 'postgres-down')
      return [say('node-b', 'role'), why?.message]
    })
    assert.deepEqual(reasons, [
      ['replica down', 'the container postgres is stopped (exit status 0)'],
      ['replica down', 'PostgreSQL does not answer in time'],
      ['replica down', 'Docker is not running'],
      [
        'fenced',
        'not starting as a primary: /var/lib/postgresql/data/fenced says that another node took over node-b',
      ],
    ])
  })

  it('does not call a server down that is behind a Docker that does not answer', () => {
    const silent = PRIMARY.replace(/^(facts|slow|info|repo) .*\n/gm, '')
    const deaf = {
      hangs: silent.replace(/^container .*\n/gm, '') + 'docker hangs\n',
      exec: `${silent}ended 1\ndocker exec dial unix /run/containerd/containerd.sock: connect: no such file or directory\n`,
    }
    for (const text of Object.values(deaf)) {
      const { say, words } = report([text, REPLICA, OTHER])
      const message = (wanted: string) => words.find(({ code }) => code === wanted)?.message ?? ''
      assert.equal(say('node-a', 'role'), 'primary unknown')
      assert.match(
        message('postgres-down'),
        /^Docker does not answer, so it is not known whether PostgreSQL runs/,
      )
      assert.match(
        message('no-primary'),
        /^It is not known whether a node accepts writes: node-a has the data of a primary/,
      )
    }
    assert.match(JSON.stringify(report([deaf.exec, REPLICA, OTHER]).words), /containerd\.sock/)
  })

  it('does not call a server down on a host that is only slow', () => {
    const slow = `${PRIMARY.replace(/^(facts|slow|info|repo) .*\n/gm, '')}ended 124\ndocker slow 9\n`
    const { say, words } = report([slow, REPLICA, OTHER])
    assert.equal(say('node-a', 'role'), 'primary unknown')
    const message = (wanted: string) => words.find(({ code }) => code === wanted)?.message ?? ''
    assert.match(
      message('postgres-down'),
      /^This host is slow: .* takes 9 s, so it is not known whether PostgreSQL runs/,
    )
    assert.match(message('no-primary'), /^It is not known whether a node accepts writes/)
  })

  it('does not call a server down that is only too busy to be asked', () => {
    const busy = REPLICA.replace(/^(facts|slow) .*\n/gm, '')
    const full = `${busy}psql: error: connection to server failed: FATAL:  sorry, too many clients already\n`
    const { say, warnings } = report([PRIMARY, full, OTHER])
    assert.equal(say('node-b', 'role'), 'replica')
    assert.ok(warnings.includes('warning node-b postgres-busy'), warnings.join())
    assert.ok(!warnings.some((one) => /node-b (postgres-down|not-streaming)/.test(one)), warnings.join())
  })

  it('says why a replica does not replay, and that it can not be promoted', () => {
    const paused = REPLICA.replace('"replayPaused" : false', '"replayPaused" : true').replace(
      '"recovery" : true',
      '"recovery" : true, "capacity": {"max_connections": 100, "max_locks_per_transaction": 64}',
    )
    const why = (text: string) => {
      const { words } = report([PRIMARY, text, OTHER])
      const { severity, message } = words.find(({ code }) => code === 'replay-paused') ?? {}
      return `${severity}: ${message}`
    }
    const short = `${paused}asks max_connections 100\nasks max_locks_per_xact 256\n`
    assert.match(why(short), /^critical: .*max_locks_per_transaction is 64 here and 256 on the primary/)
    assert.match(why(short), /cannot be promoted/)
    assert.match(why(paused), /^critical: .*pg_wal_replay_pause\(\).*pg_wal_replay_resume\(\)/)
  })

  it('shows the last words of a server that does not start', () => {
    const container = (status: string) =>
      `container postgres {"Status":"${status}","ExitCode":1,"Error":""}\n`
    const down = REPLICA.replace(/^(facts|slow|info|repo|container postgres) .*\n/gm, '')
    const fatal = 'fatal FATAL:  hot standby is not possible because max_connections = 100 is a lower setting'
    for (const status of ['restarting', 'exited', 'running']) {
      const { words } = report([PRIMARY, `${down}${container(status)}${fatal}\n`, OTHER])
      const { message = '' } = words.find(({ code }) => code === 'postgres-down') ?? {}
      assert.match(message, /: hot standby is not possible because max_connections = 100/, status)
    }
    // A server that runs has nothing to add.
    assert.deepEqual(report([PRIMARY, `${REPLICA}${fatal}\n`, OTHER]).warnings, [])
  })

  it('names versions that differ, and databases whose order of text may have moved', () => {
    const with2 = (text: string, version: string) => `${text}pgbackrest ${version}\n`
    const three = report([with2(PRIMARY, '2.59.1'), with2(REPLICA, '2.55.1'), with2(OTHER, '2.59.1')])
    assert.match(
      three.words.find(({ code }) => code === 'pgbackrest-differs')?.message ?? '',
      /2\.59\.1 on node-a, 2\.55\.1 on node-b, 2\.59\.1 on node-c/,
    )
    const older = REPLICA.replace('"version" : "17.12', '"version" : "17.11')
    assert.deepEqual(report([PRIMARY, older, OTHER]).warnings, ['warning cluster version-differs'])
    const moved = PRIMARY.replace(
      /^slow \{/m,
      'slow {"collations": [{"database": "app", "made": "2.31", "now": "2.36"}], ',
    )
    const { words } = report([moved, REPLICA, OTHER])
    assert.match(
      words[0]?.message ?? '',
      /[Dd]atabase app .* 2\.31 .* 2\.36.*REINDEX DATABASE "app".*ALTER DATABASE "app" REFRESH COLLATION VERSION/,
    )
  })

  it('is critical as a whole when a part of it is', () => {
    assert.equal(report([PRIMARY, REPLICA, OTHER]).critical, false)
    assert.equal(report([PRIMARY, REPLICA, undefined]).critical, true)
    assert.equal(report([PRIMARY, REPLICA, OTHER], hosts, { fullBackupAgeSeconds: 1 }).critical, false)
    assert.equal(report([PRIMARY, REPLICA, undefined], hosts.slice(0, 1)).critical, false)
  })

  it('knows of nodes that do not fit together, and says that first', () => {
    const two = report([PRIMARY, PRIMARY.replaceAll('7711563581577330782', '7'), REPLICA])
    assert.deepEqual(two.warnings.slice(0, 2), [
      'critical cluster two-primaries',
      'critical cluster foreign-cluster',
    ])
    const behind = report([PRIMARY.replace('"timeline" : 1', '"timeline" : 2'), REPLICA, OTHER])
    assert.ok(behind.warnings.includes('warning cluster timeline-differs'))
    const headless = report([undefined, REPLICA, OTHER])
    assert.equal(headless.warnings[0], 'critical cluster no-primary')
    // Both stream from the node that was not reached, so it may be alive.
    assert.match(headless.words[0]?.message ?? '', /A node that does not answer may still accept writes$/)
    const fenced = report([PRIMARY, fixture('fenced-replica'), OTHER])
    assert.ok(fenced.warnings.includes('critical node-b fenced'))
    const unsigned = fixture('fenced-replica').replace(
      /^fence .*/m,
      'fence 10.88.0.13, timeline 9, not signed',
    )
    const doubt = report([PRIMARY, unsigned, OTHER]).words.find(({ code }) => code === 'fenced')
    assert.match(doubt?.message ?? '', /a node said that it took over .* Do not run site before you know/)
  })

  it('finds the clock that is off, whatever ours says', () => {
    const off = FAST + OTHER.replace(/^clock (\d+)$/m, (_, clock) => `clock ${Number(clock) + AHEAD}`)
    const { words } = report([PRIMARY, REPLICA, off])
    const found = words.filter(({ code }) => code === 'clock')
    assert.deepEqual(
      found.map(({ node, message }) => `${node}: ${message}`),
      ['node-c: The clock of this node is 40 s ahead of the clocks of the other nodes'],
    )
  })

  it('has a word for nodes that site has not seen, takes thresholds, and shows what --limit selects', () => {
    const bare = report([NOTHING, NOTHING, NOTHING])
    assert.equal(bare.say('node-a', 'role'), 'nothing yet')
    assert.deepEqual(bare.warnings, ['warning node-a bare', 'warning node-b bare', 'warning node-c bare'])
    const strict = report([PRIMARY, REPLICA, OTHER], hosts.slice(1, 2), { fullBackupAgeSeconds: 1 })
    assert.deepEqual(strict.warnings, ['warning node-b backup-full-old'])
    assert.equal(strict.table.rows.length, 1)
  })

  it('is never broken by what a node prints', () => {
    const strange = `${REPLICA.replace(/^facts .*$/m, 'facts {"recovery": "perhaps"}')}\ninfo [[[\ncontainer x {\nfence\n`
    assert.equal(report([PRIMARY, strange, OTHER]).say('node-b', 'role'), 'replica down')
    assert.equal(report([PRIMARY, '\0\x1b[2J', OTHER]).say('node-b', 'role'), 'nothing yet')
  })
})
