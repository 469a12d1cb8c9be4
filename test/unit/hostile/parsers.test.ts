import assert from 'node:assert/strict'
import fc from 'fast-check'
import { byteReader } from '../../../lib/transport/shell/byte-reader.ts'
import { parseFrame, readFrame } from '../../../lib/transport/shell/replies.ts'
import { settingsOf } from '../../../lib/transport/ssh/config.ts'
import { printedOptions } from '../../../lib/transport/ssh/options.ts'
import { fuzz } from './fuzz.ts'
import { BLIND } from './blind.ts'
import { spoiled } from './mutations.ts'
import { PARSERS } from './parsers.ts'
import { SSH_G } from './said.ts'

const refusedInWords = (error: unknown): void =>
  assert.ok(error instanceof Error && !BLIND.has(error.constructor), `it stumbled: ${String(error)}`)

describe('what another machine says', function () {
  this.timeout(3_600_000)
  for (const [name, { seeds, read, calm, slow = false }] of Object.entries(PARSERS))
    it(`${name} is read, or refused in words`, () => {
      assert.ok(seeds.length > 0)
      for (const seed of seeds) assert.doesNotThrow(() => read(seed), seed)
      const property = fc.property(spoiled(seeds), (text) => {
        try {
          read(text)
        } catch (error) {
          assert.ok(!calm, `it threw ${String(error)}`)
          refusedInWords(error)
        }
        assert.equal(({} as { polluted?: unknown }).polluted, undefined)
      })
      fc.assert(property, slow ? fuzz(300, 20_000) : fuzz(2000, 60_000))
    })

  it('the settings that ssh -G prints are understood, or refused in words', async () => {
    const property = fc.asyncProperty(spoiled([SSH_G]), async (text) => {
      try {
        const { port, connectTimeoutMs } = await settingsOf(
          { alias: 'host', file: undefined },
          printedOptions(text, 'host', () => Promise.resolve([])),
        )
        assert.ok(port > 0 && port < 65_536 && Number.isSafeInteger(connectTimeoutMs))
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        refusedInWords(error)
      }
    })
    await fc.assert(property, fuzz(1000, 50_000))
  })

  it('a stream of frames is read, or refused in words, whatever its pieces', async () => {
    const stream = spoiled([',0,1 ,3,0,0,4\nabcfour', ',0\n', ',0,0,0 ,1,1,1,1,1,1\nabcdef'])
    const scripts = Array.from({ length: 4 }, () => ({ kind: 'probe' as const, script: '' }))
    const property = fc.asyncProperty(stream, fc.integer({ min: 1, max: 50 }), async (text, size) => {
      const bytes = Buffer.from(text)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      const reader = byteReader(
        Object.assign(pieces.values(), {
          [Symbol.asyncIterator]: async function* () {
            yield* pieces
          },
        }),
      )
      let taken = 0
      try {
        const frame = parseFrame((await reader.line(1000)).split(' '), scripts)
        for await (const { stdout, stderr } of readFrame(frame, reader, scripts))
          taken += stdout.length + stderr.length
      } catch (error) {
        refusedInWords(error)
      }
      assert.ok(taken <= bytes.length + 1000)
    })
    await fc.assert(property, fuzz(2000, 60_000))
  })
})
