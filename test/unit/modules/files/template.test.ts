import assert from 'node:assert/strict'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Secret } from '../../../../lib/core/secret.ts'
import { question } from '../../../../lib/core/probe.ts'
import { readBody } from '../../../../lib/modules/shared/text.ts'
import { template } from '../../../../lib/modules/files/template.ts'
import { converge, useTemp } from '../driver.ts'

describe('template', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('renders before any host is touched, then is a copy', async () => {
    writeFileSync(at('motd.hbs'), 'Hello {{name}} & <co>\n')
    const task = template('motd', {
      src: pathToFileURL(at('motd.hbs')),
      dest: at('motd'),
      vars: { name: 'you' },
    })
    writeFileSync(at('motd.hbs'), 'changed meanwhile')
    const done = await converge(task)
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(at('motd'), 'utf8'), 'Hello you & <co>\n')
    const now = question(readBody, at('motd'))
    assert.deepEqual(done.changes[0]?.body, { path: at('motd'), wanted: 'Hello you & <co>\n', now })
    assert.deepEqual((await converge(task)).changes, [])
  })

  it('is a secret when there is one in it', async () => {
    writeFileSync(at('conf.hbs'), 'password={{password}}\n')
    const vars = { password: new Secret('password', 'correct horse') }
    const done = await converge(template('conf', { src: at('conf.hbs'), dest: at('conf'), vars }))
    assert.equal(readFileSync(at('conf'), 'utf8'), 'password=correct horse\n')
    assert.equal(lstatSync(at('conf')).mode & 0o777, 0o600)
    assert.deepEqual(done.changes, [{ what: 'content', from: 'absent', to: '«secret»' }])
  })

  it('names what is wrong, and where', () => {
    writeFileSync(at('a.hbs'), '{{nmae}}')
    const make = (src: string): unknown => template('a', { src: at(src), dest: '/a', vars: { name: 'x' } })
    const wrong = {
      code: 'E_TEMPLATE_VARIABLE',
      message: /template "a": .*a\.hbs:1:.*nmae/s,
      at: /template\.test\.ts:\d+/,
    }
    assert.throws(() => make('a.hbs'), wrong)
    assert.throws(() => make('none.hbs'), { code: 'E_TEMPLATE_FILE' })
    const absolute = resolve('templates/motd.hbs')
    assert.throws(() => template('it', { src: 'templates/motd.hbs', dest: '/a', vars: {} }), {
      code: 'E_TEMPLATE_FILE',
      hint: `It was looked for at ${absolute}. A relative path is relative to the directory in which you start run-playbook; for a file beside the role: new URL('motd.hbs', import.meta.url).`,
    })
  })
})
