import assert from 'node:assert/strict'
import { z } from 'zod'
import { type Consumer, type Packed, consumer, pack } from './support/consumer.ts'

const PROGRAM = `
import { z } from 'run-playbook'
z.config(z.locales.de())
const told = Object.keys(z.locales).map((name) => [name, typeof z.locales[name]().localeError])
console.log(JSON.stringify({ told, german: z.string().safeParse(1).error.issues[0].message }))`

describe('the languages of Zod in the installed package', function () {
  let packed: Packed
  let project: Consumer
  before(() => {
    packed = pack()
    project = consumer(packed)
    project.write('program.mjs', PROGRAM)
  })
  after(() => {
    project.remove()
    packed.remove()
  })

  it('are all there, each read when it is asked for', async () => {
    const { code, text } = await project.run(process.execPath, 'program.mjs')
    assert.equal(code, 0, text)
    const { told, german } = JSON.parse(text) as { told: [string, string][]; german: string }
    assert.deepEqual(new Map(told), new Map(Object.keys(z.locales).map((name) => [name, 'function'])))
    assert.match(german, /^Ungültige Eingabe/)
  })
})
