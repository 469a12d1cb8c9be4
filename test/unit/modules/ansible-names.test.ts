import assert from 'node:assert/strict'
import { namesOf } from '../../../lib/core/schema-shape.ts'
import type { Module } from '../../../lib/core/module.ts'
import * as modules from '../../../lib/modules/index.ts'

type AnyMake = Module<never, unknown>

const isModule = (value: unknown): value is AnyMake => typeof value === 'function' && 'definition' in value

/** All modules with an argument that has another name in Ansible: what is exported, and what docker has. */
const all: Readonly<Record<string, unknown>> = { ...modules, ...modules.docker }
const named = Object.entries(all).flatMap(([name, module]) =>
  isModule(module) && module.definition.ansible !== undefined
    ? [{ name, module, ansible: module.definition.ansible, own: namesOf(module.definition.args) }]
    : [],
)

describe("Ansible's name of an argument", () => {
  const said = (name: string, args: object): string => {
    const make = named.find((one) => one.name === name)?.module
    assert.ok(make, `${name} has no names of Ansible`)
    try {
      make('it', args as never)
    } catch (error) {
      return (error as Error).message
    }
    return assert.fail('was not refused')
  }

  const examples: readonly (readonly [string, object, RegExp])[] = [
    [
      'command',
      { cmd: 'ls', chdir: '/' },
      /argument cmd: here it is argv, .*; .* argument chdir: here it is cwd$/,
    ],
    ['shell', { cmd: 'ls' }, /argument cmd: here it is script$/],
    ['debug', { msg: 'x' }, /argument msg: here it is message$/],
    ['lineinfile', { dest: '/a', line: 'x' }, /argument dest: here it is path$/],
    ['jsonFile', { dest: '/a', value: 1 }, /argument dest: here it is path$/],
    ['file', { src: '/a', path: '/b', state: 'link' }, /argument src: here it is target$/],
    ['packages', { name: 'nginx' }, /argument name: here it is names, a list$/],
    ['pause', { seconds: 3 }, /argument seconds: here it is ms, in milliseconds$/],
    ['hostsEntry', { name: 'a', address: '127.0.0.2' }, /argument name: here it is names, a list$/],
    ['exec', { container: 'a', argv: ['ls'], chdir: '/' }, /argument chdir: here it is workdir$/],
  ]
  for (const [name, args, message] of examples)
    it(`is told with ours: ${name} ${JSON.stringify(args)}`, () => assert.match(said(name, args), message))

  it('leaves a misspelled name what it is', () =>
    assert.match(said('command', { argvv: ['ls'] }), /there is no argument argvv: did you mean argv\?$/))

  for (const { name, ansible, own } of named)
    it(`has another name in ${name}, which has it`, () => {
      for (const [theirs, ours] of Object.entries(ansible)) {
        const [argument = ''] = /^\w+/.exec(ours) ?? []
        assert.ok(own.includes(argument), `${theirs}: ${argument} is no argument`)
        assert.ok(theirs !== argument, theirs)
      }
    })
})
