import assert from 'node:assert/strict'
import { ask, predict, question, readerOfOne } from '../../../lib/core/probe.ts'
import { type Reader, defineChannel } from '../../../lib/core/reader.ts'
import { createEditor } from '../../support/editor.ts'

interface LineServer {
  readonly address: string
  readonly port: number
}

const lines = defineChannel<LineServer>({
  name: 'lines',
  targetKey: ({ address, port }) => `${address}:${port}`,
  open: () => assert.fail('opened'),
})
const value = readerOfOne({
  name: 'value',
  channel: lines,
  ask: (key) => `GET ${key}`,
  parse: ({ stdout }) => stdout.toString(),
  sees: () => [],
})
const several: Reader<string, LineServer> = {
  name: 'several',
  channel: lines,
  ask: (keys) => keys.join(),
  parse: ({ stdout }) => stdout.toString().split(','),
  sees: () => [],
}
const kernel = readerOfOne({ name: 'kernel', ask: () => 'uname', parse: () => 'Linux', sees: () => [] })
const server: LineServer = { address: '127.0.0.1', port: 1 }

const MISSING = {
  code: 'E_BAD_TARGET',
  message: 'a question of the reader value to the channel lines: it does not say which server to ask',
  hint: 'In the module, give the target as the last argument: ask(value, key, target).',
}

describe('the target of a channel', () => {
  it('is part of a question', () => {
    assert.equal(ask(value, 'key', server).questions[0]?.on, server)
    assert.equal(question(several, 'key', server).on, server)
    assert.equal(predict(value, 'key', 'answer', server).question.on, server)
    assert.equal(ask(kernel, '').questions[0]?.on, undefined)
  })

  it('must not be left out', () => {
    // @ts-expect-error no target
    assert.throws(() => ask(value, 'key'), MISSING)
    // @ts-expect-error no target
    assert.throws(() => question(value, 'key'), MISSING)
    // @ts-expect-error no target
    assert.throws(() => predict(value, 'key', 'answer'), MISSING)
    // @ts-expect-error no target
    assert.throws(() => ask(several, 'key'), { code: 'E_BAD_TARGET', message: /reader several/ })
  })

  it('must be of the type that the channel takes', () => {
    const nested = readerOfOne({
      ...value,
      ask: (key: string) => key,
      parse: () => '',
      channel: defineChannel<{ readonly server: LineServer }>({
        name: 'nested',
        targetKey: ({ server: { port } }) => String(port),
        open: () => assert.fail('opened'),
      }),
    })
    // @ts-expect-error text is no server
    assert.throws(() => ask(nested, 'key', '127.0.0.1:1'), {
      code: 'E_BAD_TARGET',
      message: /the channel nested: the channel cannot use its target: .*port/,
    })
    // @ts-expect-error misspelled
    ask(value, 'key', { adress: '127.0.0.1', port: 1 })
    // @ts-expect-error text is no server
    ask(several, 'key', '127.0.0.1:1')
    // @ts-expect-error the shell has no target
    ask(kernel, '', server)
  })

  it('is named by its type where an editor shows the function', function () {
    this.timeout(60_000)
    const text = `
import { ask, defineChannel, readerOfOne } from './lib/index.ts'
interface LineServer { readonly address: string; readonly port: number }
const lines = defineChannel<LineServer>({ name: 'lines', targetKey: () => '', open: () => { throw new Error() } })
const value = readerOfOne({ name: 'value', channel: lines, ask: () => '', parse: () => '', sees: () => [] })
const probe = ask(value, 'key', { address: '', port: 1 })`
    const editor = createEditor()
    editor.open(text)
    const shown = (name: string) => editor.hover(text.indexOf(name))?.type ?? ''
    assert.match(shown('value ='), /^const value: Reader<string, LineServer>$/)
    assert.match(
      shown('ask(value'),
      /ask<string, LineServer>\(reader: Reader<string, LineServer>, key: string, on: NoInfer<LineServer>\): Probe<string>/,
    )
  })
})
