import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Task } from '../../../../lib/core/task.ts'
import { type AnsibleResult, hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { runLocal } from '../../../support/run-local.ts'

/** What becomes of the text of a file. `undefined`: there is no file. */
export interface Behaviour<Args> {
  readonly text: string | undefined
  readonly args: Args
  /** The text afterwards; the same as before when nothing is to change. */
  readonly becomes: string | undefined
  /** The same for Ansible's module, with its own names. `differs`: on purpose, and why. */
  readonly ansible: Readonly<Record<string, unknown>> | { readonly differs: string }
}

/** Names what a row of a table holds: the text, the arguments, the text afterwards, and Ansible's arguments. */
export const behaviour = <Args>(
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
  ansible: Behaviour<Args>['ansible'],
): Behaviour<Args> => ({ text, args, becomes, ansible })

/** A module and Ansible's of the same purpose. */
export interface Compared<Args> {
  readonly module: string
  /** What Ansible's module calls the path. @default 'path' */
  readonly pathName?: string
  /** What differs on purpose in every text, put as Ansible puts it. @default nothing */
  readonly asAnsible?: (text: string) => string
  /** Arguments of all calls of Ansible's module. @default none */
  readonly always?: Readonly<Record<string, unknown>>
  readonly task: (name: string, args: Args & { readonly path: string }) => Task
  readonly cases: Readonly<Record<string, Behaviour<Args>>>
}

// Some modules say nothing where nothing changed.
const changedBy = (result: AnsibleResult = {}): unknown =>
  result['changed'] ?? (result['failed'] === true ? 'failed' : false)

const textOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined

function fileWith(folder: string, text: string | undefined): string {
  mkdirSync(folder)
  const path = join(folder, 'file')
  if (text !== undefined) writeFileSync(path, text)
  return path
}

/** Proves each case, all in one run and once more, and compares it with Ansible where that is installed. */
export function proveBehaviours<Args>({
  module,
  task,
  cases,
  always = {},
  pathName = 'path',
  asAnsible = (text) => text,
}: Compared<Args>): void {
  describe(`what ${module} does to a text`, () => {
    const all = Object.entries(cases).map(([what, one]) => ({ what, ...one }))
    const first = new Map<string, string>()
    const second = new Map<string, string>()
    let root: string
    const pathOf = (index: number, who: string): string => join(root, `${index}-${who}`, 'file')

    before(async () => {
      root = mkdtempSync(join(tmpdir(), 'run-playbook-behaviour-'))
      const paths = all.map(({ text }, i) => fileWith(join(root, `${i}-ours`), text))
      const tasks = () => all.map(({ what, args }, i) => task(what, { ...args, path: paths[i] ?? '' }))
      for (const statuses of [first, second])
        for (const { task: name, status, error } of (await runLocal(tasks)).tasks)
          statuses.set(name, error === undefined ? status : error.message)
    })
    after(() => rmSync(root, { recursive: true, force: true }))

    for (const [i, { what, text, becomes }] of all.entries()) {
      it(what, () => {
        assert.equal(textOf(pathOf(i, 'ours')), becomes)
        assert.deepEqual([first.get(what), second.get(what)], [text === becomes ? 'ok' : 'changed', 'ok'])
      })
    }

    it('is what Ansible does, except where said', function () {
      if (!hasAnsible()) this.skip()
      const compared = all.flatMap(({ what, text, ansible, becomes }, i) =>
        'differs' in ansible
          ? []
          : [{ what, becomes, ansible, text, path: fileWith(join(root, `${i}-ansible`), text) }],
      )
      const results = runAnsible(
        compared.map(({ ansible, path }) => ({ module, args: { ...always, ...ansible, [pathName]: path } })),
      )
      for (const [i, { what, becomes, text, path }] of compared.entries()) {
        assert.deepEqual(
          { what, text: textOf(path), changed: changedBy(results[i]) },
          { what, text: becomes === undefined ? undefined : asAnsible(becomes), changed: text !== becomes },
          JSON.stringify(results[i]),
        )
      }
    })
  })
}
