import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Task } from '../../../../lib/core/task.ts'
import { facts } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { observe } from '../driver.ts'
import { CASES } from './setup-cases.ts'

const ask = <State>({ module, args }: Task<State>): Promise<State> =>
  observe(['sh'], module.probe(args)) as Promise<State>

const fields = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

/** What a module of Ansible found. */
const found = (module: string, args = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fields(runAnsible([{ module, args }])[0]?.['ansible_facts']))

describe('the facts of Ansible', () => {
  before(function () {
    if (!hasAnsible()) this.skip()
  })

  it('of setup are ours, except where said', async () => {
    const ours = {
      os: await ask(facts.os('os')),
      memory: await ask(facts.memory('memory')),
      network: await ask(facts.network('network')),
      disks: await ask(facts.disks('disks')),
    }
    const theirs = Object.fromEntries(
      Object.entries(found('setup')).map(([name, value]) => [name.replace('ansible_', ''), value]),
    )
    const compared = Object.entries(CASES).map(([what, one]) => {
      const [is, wanted] = [one.ours(ours), one.theirs(theirs)]
      return { what, is, wanted, differs: one.differs !== undefined }
    })
    assert.deepEqual(
      compared.filter(({ is, wanted, differs }) => isDeepStrictEqual(is, wanted) === differs),
      [],
    )
  })

  it('of package_facts are those of facts.packages', async function () {
    if (!existsSync('/usr/bin/dpkg')) this.skip()
    if (process.getuid?.() === 0) install('/usr/lib/python3/dist-packages/apt/__init__.py', 'python3-apt')
    const ours = (await ask(facts.packages('packages'))).map(
      ({ name, version, architecture }) => `${name} ${version} ${architecture}`,
    )
    const theirs = fields(found('package_facts', { manager: 'apt' })['packages']).flatMap(([name, all]) =>
      fields(all).map(([, one]) => {
        const is = Object.fromEntries(fields(one))
        return `${name} ${String(is['version'])} ${String(is['arch'])}`
      }),
    )
    assert.deepEqual(ours.toSorted(), theirs.toSorted())
  })

  it('of service_facts are those of facts.services', async function () {
    if (!existsSync('/run/systemd/system')) this.skip()
    const ours = (await ask(facts.services('services'))).map(({ name }) => name)
    const theirs = Object.keys(Object.fromEntries(fields(found('service_facts')['services'])))
    assert.deepEqual(
      theirs.filter((name) => name.endsWith('.service') && !ours.includes(name)),
      [],
    )
  })
})
