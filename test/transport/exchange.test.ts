import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../lib/core/secret.ts'
import { SKIPPED, TIMED_OUT } from '../../lib/transport/transport.ts'
import { LONG } from '../support/often.ts'
import { eachWay, probe, step } from './each-way.ts'

eachWay('an exchange', (at) => {
  it('answers with code, stdout and stderr of each script, in order', async () => {
    const replies = await at.run(probe('echo one; echo uno >&2'), step('echo two; exit 0'), probe('exit 7'))
    const seen = replies.map(({ code, stdout, stderr }) => [code, stdout.toString(), stderr.toString()])
    assert.deepEqual(seen, [
      [0, 'one\n', 'uno\n'],
      [0, 'two\n', ''],
      [7, '', ''],
    ])
  })

  it('is one round trip whatever it holds, and none when empty', async () => {
    await at.run(...Array.from({ length: 230 }, () => probe(':')), step(':'))
    assert.equal(at.connection.roundTrips, 1)
    await at.run()
    assert.equal(at.connection.roundTrips, 1)
    at.connection.countRoundTrip()
    assert.equal(at.connection.roundTrips, 2)
  })

  it('reports each step as it ends', async () => {
    const seen: [number, number][] = []
    const told = `${at.folder}/told`
    const onReply = (index: number, { code }: { code: number }): void => {
      if (seen.push([index, code]) === 1) writeFileSync(at.here(told), '')
    }
    // The second one ends when the first was reported, and would run out of time otherwise.
    const second = step(`until [ -e ${told} ]; do sleep 0.1; done`, { timeoutMs: 20_000 })
    await at.connection.exchange([step(':'), second, probe(':')], { user: 'login', onReply })
    assert.deepEqual(seen, [
      [0, 0],
      [1, 0],
      [2, 0],
    ])
  })

  it('skips steps after a failed one, but no probes, and starts afresh the next time', async () => {
    const flag = `${at.folder}/flag`
    const scripts = [
      step('exit 3'),
      step(`touch ${flag}`),
      probe('echo seen'),
      step(':', { stdin: 'unread' }),
    ]
    assert.deepEqual(await at.codes(...scripts), [3, SKIPPED, 0, SKIPPED])
    assert.deepEqual(await at.codes(step(`test ! -e ${flag}`)), [0])
  })

  it('gives scripts a plain environment', async () => {
    const [text = ''] = await at.outputs(probe('umask; echo $LC_ALL; echo $PATH; pwd; cat; echo "$0"'))
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin'
    assert.equal(text, `0022\nC\n${path}\n${at.home}\n/bin/sh\n`)
  })

  it('keeps scripts away from the stream', async () => {
    const greedy = probe('cat >/dev/null; readlink /proc/$$/fd/[0129]')
    for (const seen of await at.outputs(greedy, greedy)) assert.doesNotMatch(seen, /pipe|socket|lock/)
  })

  it('survives syntax errors, exit, kill and exec', async () => {
    const rough = [
      'if',
      ')',
      "'",
      '"',
      'exit 9',
      'kill -9 $$',
      'kill -9 0',
      'exec true',
      'set -e; false',
      '${',
    ]
    const answers = await at.codes(...rough.map((script) => probe(script)), probe('true'))
    assert.deepEqual(answers.slice(4, 9), [9, 137, 137, 0, 1])
    assert.equal(answers.at(-1), 0)
    assert.ok([0, 1, 2, 3, 9].every((i) => answers[i] !== 0))
  })

  it('ends a script that hangs, and nothing else', async () => {
    const started = performance.now()
    const scripts = [
      probe('sleep 60; true', { timeoutMs: 300 }),
      probe('echo next'),
      step('sleep 60', { timeoutMs: 1 }),
    ]
    assert.deepEqual(await at.codes(...scripts), [TIMED_OUT, 0, TIMED_OUT])
    assert.ok(performance.now() - started < 25_000)
  })

  it('does not wait for what a script leaves in the background', async () => {
    const started = performance.now()
    const [first] = await at.outputs(step('(sleep 30; echo late) & echo $!'), step(':'))
    assert.ok(performance.now() - started < 25_000)
    await at.run(probe(`kill ${first}`))
  })

  it('runs scripts that are longer than an argument may be', async () => {
    const long = `: ${'x'.repeat(300_000)}\necho "$#" done`
    assert.deepEqual(await at.outputs(probe(long), step(long)), ['0 done\n', '0 done\n'])
  })
  it('takes turns', async () => {
    const file = `${at.folder}/turns`
    const slow = at.run(step(`sleep 0.2; echo slow >> ${file}`))
    const quick = at.run(step(`echo quick >> ${file}`))
    await Promise.all([slow, quick])
    assert.equal(readFileSync(at.here(file), 'utf8'), 'slow\nquick\n')
    assert.equal(at.connection.roundTrips, 2)
  })

  it('shows scripts and sizes in the trace, and no secret', async () => {
    const secret = new Secret('token', 'hunter2-hunter2')
    const [reply] = await at.run(step('cat', { stdin: secret }), probe('echo hunter2-hunter2'))
    assert.equal(String(reply?.stdout), 'hunter2-hunter2')
    assert.ok(at.trace.some((line) => line.includes('15 bytes on stdin') && line.includes('cat')))
    assert.ok(!at.trace.join('\n').includes('hunter2'))
  })

  it('leaves nothing behind', async () => {
    const [folder = ''] = await at.outputs(probe('x=$(readlink /proc/$$/fd/1); basename ${x%/*}'))
    assert.ok(readdirSync(at.here('/tmp')).includes(folder.trim()))
    await at.run(step('cat', { stdin: Buffer.alloc(9 * 1024 * 1024) }))
    await at.connection.close()
    // A busy host may need longer for it than `close` waits.
    const left = (): boolean => readdirSync(at.here('/tmp')).includes(folder.trim())
    for (const deadline = Date.now() + 20_000; left() && Date.now() < deadline;) await sleep(50)
    assert.ok(!left())
  })

  it('rejects after it was closed', async () => {
    await at.connection.close()
    await assert.rejects(at.run(probe(':')), { code: 'E_CONNECTION_LOST', name: 'UnreachableError' })
  })
})

// Eight seconds each: one of the shells of this machine, and one of busybox, unless it is the long run.
eachWay(
  'an exchange of slow probes',
  (at) => {
    it('answers long before its end when its probes are slow', async () => {
      const codes: number[] = []
      const told = `${at.folder}/answered`
      const onReply = (_: number, { code }: { code: number }): void => {
        if (codes.push(code) === 1) writeFileSync(at.here(told), '')
      }
      const slow = Array.from({ length: 4 }, () => probe('sleep 1.6'))
      // Ends when the first was answered, and would run out of time otherwise.
      const last = probe(`until [ -e ${told} ]; do sleep 0.1; done`, { timeoutMs: 20_000 })
      await at.connection.exchange([...slow, last], { user: 'login', onReply })
      assert.deepEqual(codes, [0, 0, 0, 0, 0])
    })
  },
  LONG ? undefined : ['on this machine', 'in a chroot'],
)
