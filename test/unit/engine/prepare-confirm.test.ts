import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../../lib/core/errors.ts'
import { type Reader, ask } from '../../../lib/core/probe.ts'
import { sh } from '../../../lib/core/sh.ts'
import { copy } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { runLocally } from '../../support/run-local.ts'

describe('a playbook that prepares and asks', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'confirm-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const exists: Reader<string> = {
    name: 'exists',
    ask: ([file = '']) => sh`[ -e ${file} ] && echo there || echo missing`,
    parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
    sees: () => [],
  }
  const write = (name: string) =>
    definePlay({
      name,
      hosts: pattern('all'),
      become: false,
      tasks: () => [copy(name, { dest: at(name), content: 'x' })],
    })
  const book = (asks = true): Playbook =>
    definePlaybook({
      description: 'test',
      facts: { ground: { probe: () => ask(exists, at('ground')), unknown: 'unknown', become: false } },
      prepare: ({ facts }) => (facts.ground['host-1'] === 'missing' ? [write('ground')] : []),
      plays: ({ facts }) => [write(`with ground ${facts.ground['host-1']}`)],
      confirm: ({ facts }) =>
        asks && facts.ground['host-1'] !== 'unknown' ? { text: 'All is lost.', yes: 'sure=yes' } : undefined,
      closing: ({ facts }) => `the ground is ${facts.ground['host-1']}`,
    }) as Playbook

  const said = (events: readonly { type: string }[]) =>
    events.flatMap((event) => ('text' in event ? [event.text] : []))

  it('asks the hosts again after the plays that prepare, and has the last word from what they say then', async () => {
    const run = await runLocally(book())
    assert.deepEqual(run.statuses, ['ground: changed', 'with ground there: changed'])
    assert.deepEqual(said(run.events), ['the ground is there'])
    assert.deepEqual((await runLocally(book())).statuses, ['with ground there: ok'])
  })

  it('changes nothing, not even to prepare, when the answer is not yes', async () => {
    const asked: string[] = []
    const confirm = async ({ text, yes }: { text: string; yes: string }): Promise<void> => {
      asked.push(`${text} ${yes}`)
      throw new UserError('E_NOT_CONFIRMED', 'no')
    }
    await assert.rejects(runLocally(book(), { confirm }), { code: 'E_NOT_CONFIRMED' })
    assert.deepEqual(asked, ['All is lost. sure=yes'])
    assert.equal(existsSync(at('ground')), false)
  })

  it('only shows the question in a dry run', async () => {
    const confirm = () => assert.fail('asked')
    const run = await runLocally(book(), { confirm, check: true })
    assert.deepEqual(said(run.events), ['All is lost.'])
    assert.deepEqual(run.statuses, ['ground: would-change', 'with ground missing: would-change'])
  })

  it('asks nothing when there is nothing to ask', async () => {
    const confirm = () => assert.fail('asked')
    assert.equal((await runLocally(book(false), { confirm })).recap.exitCode, 0)
  })
})
