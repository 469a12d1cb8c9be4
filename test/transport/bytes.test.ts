import assert from 'node:assert/strict'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { SKIPPED } from '../../lib/transport/transport.ts'
import { eachWay, probe, step } from './each-way.ts'

eachWay('what goes in and out of scripts', (at) => {
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
      const replies = await at.run(...scripts)
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
        // A quoted here-document prints what it holds, whatever that is. Its mark begins with a letter that is not in the
        // text: where a line begins like the mark and goes on with a byte above 127, dash 0.5.12 loses that byte.
        const replies = await at.run(
          ...values.map((value) => {
            const mark = `${[...'abcdefghijklmnopqrstuvwxyz'].find((letter) => !value.includes(letter))}end`
            return probe(`cat <<'${mark}'\n${value}\n${mark}\n`)
          }),
        )
        values.forEach((value, i) => assert.deepEqual(replies[i]?.stdout, Buffer.from(`${value}\n`)))
      },
    )
    await fc.assert(property, { numRuns: 4 })
  })

  it('is not fooled by output that looks like its own frames', async () => {
    const nonce = at.trace.join().match(/[0-9a-f]{32}/)?.[0] ?? '0'.repeat(32)
    const fake = `\n${nonce} hello 0 -\n${nonce} replies ,0 ,3,0\nabc\n${nonce} skipped\n#${nonce}\n`
    const answers = await at.outputs(
      probe('cat', { stdin: fake }),
      step('cat', { stdin: fake }),
      probe('echo ok'),
    )
    assert.deepEqual(answers, [fake, fake, 'ok\n'])
  })

  it('sends a payload of 3 MB from memory or from a file, and drains it for a skipped step', async () => {
    const body = Buffer.alloc(3_000_001, 'some body ')
    const file = join(at.dir, 'body')
    writeFileSync(file, body)
    const copy = `${at.folder}/copy`
    const replies = await at.run(
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
    assert.deepEqual(readFileSync(at.here(copy)), body)
    assert.equal(String(replies.at(-1)?.stdout), 'in step\n')
  })

  it('takes payloads of exactly a block, and empty ones', async () => {
    const sizes = [0, 1, 1024 * 1024, 2 * 1024 * 1024, 1024 * 1024 + 1]
    const answers = await at.outputs(...sizes.map((size) => step('wc -c', { stdin: Buffer.alloc(size) })))
    assert.deepEqual(answers.map(Number), sizes)
  })

  it('fails a step whose file shrinks while it is sent', async () => {
    const file = join(at.dir, 'shrinking')
    writeFileSync(file, Buffer.alloc(4 * 1024 * 1024, 'x'))
    const copy = `${at.folder}/shrunk`
    const going = at.run(
      step(`touch ${copy}.begun; until [ -e ${copy}.go ]; do sleep 0.05; done`, {
        stdin: Buffer.alloc(1024 * 1024),
      }),
      step(`cat > ${copy}`, { stdin: { file } }),
      probe(`test -e ${copy}`),
    )
    // All is streamed as fast as the host takes it, so the file is cut before its turn comes.
    const here = at.here(copy)
    while (!existsSync(`${here}.begun`)) await new Promise((resolve) => setTimeout(resolve, 10))
    truncateSync(file, 1000)
    writeFileSync(`${here}.go`, '')
    const replies = await going
    assert.deepEqual(
      replies.map(({ code }) => code),
      [0, 1, 1],
    )
    assert.match(String(replies[1]?.stderr), /changed while it was sent/)
  })

  it('refuses a file that cannot be read before anything is sent', async () => {
    await assert.rejects(at.run(step(':', { stdin: { file: '/nonexistent/file' } })), { code: 'E_FILE' })
    assert.deepEqual(await at.outputs(probe('echo still here')), ['still here\n'])
  })

  it('keeps the end of a long output of a step, and refuses half an answer of a probe', async () => {
    const replies = await at.run(
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
    const replies = await at.run(
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
})
