import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  readdirSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Secret } from '../../lib/core/secret.ts'
import { type Connection, SKIPPED, type Script, TIMED_OUT } from '../../lib/transport/transport.ts'
import { WAYS, type Way } from './ways.ts'

const probe = (script: string, more: Partial<Script> = {}): Script => ({ kind: 'probe', script, ...more })
const step = (script: string, more: Partial<Script> = {}): Script => ({ kind: 'step', script, ...more })

for (const [name, openWay] of Object.entries(WAYS))
  describe(`an exchange ${name}`, function () {
    this.timeout(60_000)
    let way: Way
    // What both sides see, under different names.
    let target: string
    let connection: Connection
    let trace: string[]
    let dir: string
    const run = (...scripts: Script[]) => connection.exchange(scripts, { user: 'login' })
    const outputs = async (...scripts: Script[]) =>
      (await run(...scripts)).map(({ stdout }) => stdout.toString('latin1'))
    const codes = async (...scripts: Script[]) => (await run(...scripts)).map(({ code }) => code)

    before(async function () {
      dir = mkdtempSync(join(tmpdir(), 'rp-test.'))
      const opened = await openWay()
      if (typeof opened === 'string') {
        console.log(`      skipped: ${opened}`)
        return this.skip()
      }
      way = opened
      target = `/tmp/rp-host-${process.pid}`
      mkdirSync(way.here(target))
      chmodSync(way.here(target), 0o777)
    })
    after(async () => {
      rmSync(dir, { recursive: true })
      if (way === undefined) return
      rmSync(way.here(target), { recursive: true })
      await way.close()
    })
    beforeEach(async () => {
      trace = []
      connection = await way.connect((_, text) => trace.push(text))
    })
    afterEach(() => connection?.close())

    it('answers with code, stdout and stderr of each script, in order', async () => {
      const replies = await run(probe('echo one; echo uno >&2'), step('echo two; exit 0'), probe('exit 7'))
      const seen = replies.map(({ code, stdout, stderr }) => [code, stdout.toString(), stderr.toString()])
      assert.deepEqual(seen, [
        [0, 'one\n', 'uno\n'],
        [0, 'two\n', ''],
        [7, '', ''],
      ])
    })

    it('is one round trip whatever it holds, and none when empty', async () => {
      await run(...Array.from({ length: 230 }, () => probe(':')), step(':'))
      assert.equal(connection.roundTrips, 1)
      await run()
      assert.equal(connection.roundTrips, 1)
      connection.countRoundTrip()
      assert.equal(connection.roundTrips, 2)
    })

    it('reports each step as it ends', async () => {
      const seen: number[] = []
      const at: number[] = []
      const onReply = (index: number): void => {
        seen.push(index)
        at.push(performance.now())
      }
      await connection.exchange([step(':'), step('sleep 0.5'), probe(':')], { user: 'login', onReply })
      assert.deepEqual(seen, [0, 1, 2])
      assert.ok((at[1] ?? 0) - (at[0] ?? 0) > 400, 'the first was reported while the second ran')
    })

    it('skips steps after a failed one, but no probes, and starts afresh the next time', async () => {
      const flag = `${target}/flag`
      const scripts = [
        step('exit 3'),
        step(`touch ${flag}`),
        probe('echo seen'),
        step(':', { stdin: 'unread' }),
      ]
      assert.deepEqual(await codes(...scripts), [3, SKIPPED, 0, SKIPPED])
      assert.deepEqual(await codes(step(`test ! -e ${flag}`)), [0])
    })

    it('gives scripts a plain environment', async () => {
      const [text = ''] = await outputs(probe('umask; echo $LC_ALL; echo $PATH; pwd; cat; echo "$0"'))
      const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
      assert.equal(text, `0022\nC\n${path}\n${way.home}\n/bin/sh\n`)
    })

    it('keeps scripts away from the stream', async () => {
      const greedy = probe('cat >/dev/null; readlink /proc/$$/fd/[0129]')
      for (const seen of await outputs(greedy, greedy)) assert.doesNotMatch(seen, /pipe|socket|lock/)
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
      const answers = await codes(...rough.map((script) => probe(script)), probe('true'))
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
      assert.deepEqual(await codes(...scripts), [TIMED_OUT, 0, TIMED_OUT])
      assert.ok(performance.now() - started < 5000)
    })

    it('does not wait for what a script leaves in the background', async () => {
      const started = performance.now()
      const [first] = await outputs(step('(sleep 30; echo late) & echo $!'), step(':'))
      assert.ok(performance.now() - started < 5000)
      await run(probe(`kill ${first}`))
    })

    it('runs scripts that are longer than an argument may be', async () => {
      const long = `: ${'x'.repeat(300_000)}\necho "$#" done`
      assert.deepEqual(await outputs(probe(long), step(long)), ['0 done\n', '0 done\n'])
    })

    it('carries any bytes in and out', async () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ minLength: 4000, maxLength: 70_000, size: 'max' }),
        fc.constantFrom(
          new Uint8Array(),
          Buffer.from('\0'),
          Buffer.from('no newline'),
          Buffer.from('\xff\xfe\n', 'latin1'),
        ),
      )
      const batch = fc.array(fc.tuple(bytes, fc.constantFrom('probe' as const, 'step' as const)), {
        maxLength: 12,
        size: 'max',
      })
      const property = fc.asyncProperty(batch, async (items) => {
        const scripts = items.map(([stdin, kind]) => ({
          kind,
          script: 'tee /dev/stderr',
          stdin: Buffer.from(stdin),
        }))
        const replies = await run(...scripts)
        items.forEach(([stdin], i) => {
          assert.deepEqual(replies[i]?.stdout, Buffer.from(stdin))
          assert.deepEqual(replies[i]?.stderr, Buffer.from(stdin))
        })
      })
      await fc.assert(property, { numRuns: 5 })
    })

    it('quotes any script text', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 200 }).map((value) => value.replaceAll('\0', ''))
      const property = fc.asyncProperty(
        fc.array(text, { minLength: 10, maxLength: 40, size: 'max' }),
        async (values) => {
          // A quoted here-document prints what it holds, whatever that is.
          const replies = await run(
            ...values.map((value) => probe(`cat <<'end-of-text'\n${value}\nend-of-text\n`)),
          )
          values.forEach((value, i) => assert.deepEqual(replies[i]?.stdout, Buffer.from(`${value}\n`)))
        },
      )
      await fc.assert(property, { numRuns: 4 })
    })

    it('is not fooled by output that looks like its own frames', async () => {
      const nonce = trace.join().match(/[0-9a-f]{32}/)?.[0] ?? '0'.repeat(32)
      const fake = `\n${nonce} hello 0 -\n${nonce} replies ,0 ,3,0\nabc\n${nonce} skipped\n#${nonce}\n`
      const answers = await outputs(
        probe('cat', { stdin: fake }),
        step('cat', { stdin: fake }),
        probe('echo ok'),
      )
      assert.deepEqual(answers, [fake, fake, 'ok\n'])
    })

    it('sends a payload of 3 MB from memory or from a file, and drains it for a skipped step', async () => {
      const body = Buffer.alloc(3_000_001, 'some body ')
      const file = join(dir, 'body')
      writeFileSync(file, body)
      const copy = `${target}/copy`
      const replies = await run(
        step(`cat > ${copy}`, { stdin: { file } }),
        step(`cmp - ${copy}`, { stdin: body }),
        step('exit 1', { stdin: body }),
        step('cat', { stdin: { file } }),
        probe('echo in step'),
      )
      assert.deepEqual(
        replies.map(({ code }) => code),
        [0, 0, 1, SKIPPED, 0],
      )
      assert.deepEqual(readFileSync(way.here(copy)), body)
      assert.equal(String(replies.at(-1)?.stdout), 'in step\n')
    })

    it('takes payloads of exactly a block, and empty ones', async () => {
      const sizes = [0, 1, 1024 * 1024, 2 * 1024 * 1024, 1024 * 1024 + 1]
      const answers = await outputs(...sizes.map((size) => step('wc -c', { stdin: Buffer.alloc(size) })))
      assert.deepEqual(answers.map(Number), sizes)
    })

    it('fails a step whose file shrinks while it is sent', async () => {
      const file = join(dir, 'shrinking')
      writeFileSync(file, Buffer.alloc(4 * 1024 * 1024, 'x'))
      const copy = `${target}/shrunk`
      const going = run(
        step('sleep 0.3', { stdin: Buffer.alloc(1024 * 1024) }),
        step(`cat > ${copy}`, { stdin: { file } }),
        probe(`test -e ${copy}`),
      )
      // All is streamed as fast as the host takes it, so the file is cut before its turn comes.
      setTimeout(() => truncateSync(file, 1000), 100)
      const replies = await going
      assert.deepEqual(
        replies.map(({ code }) => code),
        [0, 1, 1],
      )
      assert.match(String(replies[1]?.stderr), /changed while it was sent/)
    })

    it('refuses a file that cannot be read before anything is sent', async () => {
      await assert.rejects(run(step(':', { stdin: { file: '/nonexistent/file' } })), { code: 'E_FILE' })
      assert.deepEqual(await outputs(probe('echo still here')), ['still here\n'])
    })

    it('keeps the end of a long output of a step, and refuses half an answer of a probe', async () => {
      const replies = await run(
        step('seq 1 200000'),
        probe('seq 1 200000 | wc -c; seq 1 200000'),
        probe('head -c 17000000 /dev/zero'),
        probe('echo next'),
      )
      assert.equal(replies[0]?.stdout.length, 256 * 1024)
      assert.match(String(replies[0]?.stdout), /\n199999\n200000\n$/)
      assert.equal(replies[1]?.stdout.length, 1288895 + 8)
      assert.deepEqual([replies[2]?.code, replies[2]?.stdout.length], [1, 0])
      assert.match(String(replies[2]?.stderr), /17000000 bytes/)
      assert.equal(String(replies[3]?.stdout), 'next\n')
    })

    it('keeps all that a step prints where it says so, and fails it beyond 16 MiB', async () => {
      const whole = { output: 'whole' } as const
      const replies = await run(
        step('seq 1 200000', whole),
        step('head -c 17000000 /dev/zero', whole),
        step(':'),
        probe('echo next'),
      )
      assert.equal(replies[0]?.stdout.length, 1288895)
      assert.deepEqual([replies[1]?.code, replies[1]?.stdout.length], [1, 0])
      assert.match(String(replies[1]?.stderr), /the output has 17000000 bytes, more than 16777216/)
      assert.equal(replies[2]?.code, SKIPPED)
      assert.equal(String(replies[3]?.stdout), 'next\n')
    })

    it('answers long before its end when its probes are slow', async () => {
      const at: number[] = []
      const started = performance.now()
      const onReply = (): number => at.push(performance.now() - started)
      const slow = Array.from({ length: 5 }, () => probe('sleep 1.6'))
      await connection.exchange([...slow, probe(':')], { user: 'login', onReply })
      assert.ok((at[0] ?? 0) < 7500, `the first was answered after ${at[0]} ms`)
      assert.ok((at[4] ?? 0) > 7900)
    })

    it('takes turns', async () => {
      const file = `${target}/turns`
      const slow = run(step(`sleep 0.2; echo slow >> ${file}`))
      const quick = run(step(`echo quick >> ${file}`))
      await Promise.all([slow, quick])
      assert.equal(readFileSync(way.here(file), 'utf8'), 'slow\nquick\n')
      assert.equal(connection.roundTrips, 2)
    })

    it('shows scripts and sizes in the trace, and no secret', async () => {
      const secret = new Secret('token', 'hunter2-hunter2')
      const [reply] = await run(step('cat', { stdin: secret }), probe('echo hunter2-hunter2'))
      assert.equal(String(reply?.stdout), 'hunter2-hunter2')
      assert.ok(trace.some((line) => line.includes('15 bytes on stdin') && line.includes('cat')))
      assert.ok(!trace.join('\n').includes('hunter2'))
    })

    it('leaves nothing behind', async () => {
      const [folder = ''] = await outputs(probe('x=$(readlink /proc/$$/fd/1); basename ${x%/*}'))
      assert.ok(readdirSync(way.here('/tmp')).includes(folder.trim()))
      await run(step('cat', { stdin: Buffer.alloc(9 * 1024 * 1024) }))
      await connection.close()
      assert.ok(!readdirSync(way.here('/tmp')).includes(folder.trim()))
    })

    it('rejects after it was closed', async () => {
      await connection.close()
      await assert.rejects(run(probe(':')), { code: 'E_CONNECTION_LOST', name: 'UnreachableError' })
    })
  })
