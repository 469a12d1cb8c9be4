import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { UnreachableError } from '../../../lib/core/errors.ts'
import { from } from '../../../lib/core/deferred.ts'
import { group } from '../../../lib/core/group.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { copy, facts, file, shell } from '../../../lib/modules/index.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { Transport } from '../../../lib/transport/transport.ts'
import { often } from '../../support/often.ts'
import { runLocal } from '../../support/run-local.ts'

/** Where a connection is lost: at which exchange, and whether the host did what it was sent. */
interface Cut {
  readonly exchange: number
  readonly when: 'before' | 'in the middle' | 'after'
}

/** Loses the connection once, as a network does: nothing can be sent over it any more. */
function losing({ exchange: at, when }: Cut): Transport & { readonly lost: () => boolean } {
  let count = 0
  let lost = false
  const gone = () => new UnreachableError('E_CONNECTION_LOST', 'the connection was lost')
  return {
    lost: () => lost,
    connect: async (host, signal) => {
      const cut = new AbortController()
      const connection = await localTransport({}).connect(host, AbortSignal.any([signal, cut.signal]))
      const exchange = connection.exchange.bind(connection)
      connection.exchange = async (scripts, options) => {
        if (lost) throw gone()
        if (count++ !== at) return exchange(scripts, options)
        lost = true
        if (when === 'before') throw gone()
        if (when === 'after') {
          await exchange(scripts, options)
          throw gone()
        }
        // The first script ends, and then the link is cut.
        await exchange(scripts, { ...options, onReply: () => cut.abort(gone()) }).catch(() => {})
        throw gone()
      }
      return connection
    },
  }
}

const BODY = 'line\n'.repeat(2000)

/** Tasks whose handlers depend on what changed: each change must be handled after it was made, sooner or later. */
function tasks(root: string, shape: readonly number[]): TaskList {
  const at = (name: string) => join(root, name)
  // It notes what it was run for: the files that are there by then.
  const handler = (name: string) =>
    shell(`${name} of ${root}`, {
      script: `ls ${root}/files > ${at(name)}.new && mv ${at(name)}.new ${at(name)}`,
    })
  const one = handler('first')
  const two = handler('second')
  const three = handler('third')
  const os = facts.os('os')
  return [
    file('folder', { path: at('files'), state: 'directory' }),
    os,
    ...shape.map((kind, i): TaskList[number] => {
      const dest = at(`files/${i}`)
      switch (kind) {
        case 0:
          return copy(`copy ${i}`, { dest, content: BODY }, { notify: one })
        case 1:
          return shell(
            `make ${i}`,
            { script: `echo ${i} > ${dest}.tmp; mv ${dest}.tmp ${dest}`, creates: dest },
            { notify: two },
          )
        case 2:
          return group(
            { notify: [one, two] },
            [
              copy(`inner ${i}`, { dest, content: BODY }),
              shell(`fails ${i}`, { script: `[ -e ${dest} ]`, unless: `[ -e ${dest}.ok ]` }),
            ],
            {
              rescue: [copy(`rescue ${i}`, { dest: `${dest}.rescue`, content: 'x' })],
              always: [copy(`always ${i}`, { dest: `${dest}.ok`, content: 'x' })],
            },
          )
        case 3:
          return shell(
            `twice ${i}`,
            {
              script: `[ -e ${dest}.once ] || { touch ${dest}.once; exit 1; }; touch ${dest}`,
              creates: dest,
            },
            { notify: two, retry: { times: 2, delayMs: 1 } },
          )
        default:
          return from(os, () => [copy(`made ${i}`, { dest, content: BODY }, { notify: three })])
      }
    }),
  ]
}

/** The handlers that a change owes, by the kind of the task. */
const HANDLERS = [['first'], ['second'], ['first', 'second'], ['second'], ['third']] as const

describe('a run whose connection is lost', function () {
  this.timeout(1_800_000)

  it('is brought to its end by the next one: no handler is lost, nothing is half-written', async () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
    const cut = fc.record<Cut>({
      exchange: fc.integer({ min: 0, max: 9 }),
      when: fc.constantFrom('before', 'in the middle', 'after'),
    })
    await fc.assert(
      fc.asyncProperty(shape, cut, fc.boolean(), async (shape, cut, batch) => {
        const root = mkdtempSync(join(tmpdir(), 'killed-'))
        try {
          const transport = losing(cut)
          const list = () => tasks(root, shape)
          const first = await runLocal(list, { transport, batch })
          assert.equal(first.recap.exitCode, transport.lost() ? 4 : 0)
          const done = (name: string) => readFileSync(join(root, name), 'utf8').trim().split('\n')
          for (const [i, kind] of shape.entries()) {
            const path = join(root, `files/${i}`)
            if (kind === 0 && existsSync(path)) assert.equal(readFileSync(path, 'utf8'), BODY)
          }
          const second = await runLocal(list, { batch })
          assert.deepEqual(
            second.tasks.filter(
              ({ status, ignored, rescued }) => status === 'failed' && !ignored && !rescued,
            ),
            [],
          )
          const third = await runLocal(list, { batch })
          assert.deepEqual(
            third.tasks
              .filter(({ status }) => status !== 'ok')
              .map(({ task, status }) => `${task} ${status}`),
            [],
            'the second run left something to do',
          )
          for (const [i, kind] of shape.entries())
            for (const name of HANDLERS[kind] ?? [])
              assert.ok(
                existsSync(join(root, name)) && done(name).includes(String(i)),
                `${name} for ${i} was lost`,
              )
          assert.deepEqual(
            readdirSync(root).filter((name) => name.includes('run-playbook') || name.endsWith('.new')),
            [],
          )
        } finally {
          rmSync(root, { recursive: true, force: true })
        }
      }),
      {
        numRuns: often(7, 60, 'KILLED_RUNS'),
        seed: Number(process.env['KILLED_SEED'] ?? 1),
        endOnFailure: true,
      },
    )
  })
})
