import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copy } from '../../../../lib/modules/files/copy.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { install } from '../../../support/install.ts'
import { converge, useTemp } from '../driver.ts'
import { aclShells } from './acl-shells.ts'

const ROOT = process.getuid?.() === 0
const out = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' })
const acl = (path: string): string => out('getfacl', '-cpE', path)
const xattr = (path: string): string => out('getfattr', '--absolute-names', '-d', path).replace(/^#.*\n/, '')

describe('access beyond mode and owner', function () {
  before(function () {
    this.timeout(300_000)
    if (!ROOT) this.skip()
    install('/usr/bin/setfacl', 'acl')
    install('/usr/bin/setfattr', 'attr')
  })

  for (const [name, shell] of Object.entries(aclShells())) {
    describe(`under ${name}`, () => {
      const temp = useTemp()
      const at = (path: string): string => join(temp(), path)
      const write = async (args: { readonly content: string; readonly mode?: string }): Promise<void> => {
        const { left, wrong } = await converge(copy('it', { dest: at('f'), ...args }), shell)
        assert.deepEqual([left, wrong], [[], []])
      }

      it('is kept when the content is replaced', async () => {
        writeFileSync(at('f'), 'old', { mode: 0o600 })
        execFileSync('setfacl', ['-m', 'u:nobody:rw-,g::---,m::rw-', at('f')])
        execFileSync('setfattr', ['-n', 'user.note', '-v', 'a b', at('f')])
        const before = [acl(at('f')), xattr(at('f'))]
        await write({ content: 'new' })
        assert.deepEqual([acl(at('f')), xattr(at('f'))], before)
        assert.match(before[0] ?? '', /group::---/)
        assert.equal(readFileSync(at('f'), 'utf8'), 'new')
      })

      it('gets no wider with another mode', async () => {
        writeFileSync(at('f'), 'old', { mode: 0o600 })
        execFileSync('setfacl', ['-m', 'u:nobody:rw-,g::---,m::rw-', at('f')])
        await write({ content: 'new', mode: '0640' })
        assert.match(acl(at('f')), /user:nobody:rw-\ngroup::---\nmask::r--\nother::---/)
      })

      it('gets no wider through what the folder hands down to new files', async () => {
        writeFileSync(at('f'), 'old', { mode: 0o640 })
        execFileSync('setfacl', ['-d', '-m', 'u:nobody:rw-', temp()])
        await write({ content: 'new' })
        assert.equal(acl(at('f')), 'user::rw-\ngroup::r--\nother::---\n\n')
      })

      it('says of what is immutable that it is', async function () {
        mkdirSync(at('sub'))
        for (const path of ['f', 'sub/f']) writeFileSync(at(path), 'old', { mode: 0o644 })
        const locked = [at('f'), at('sub')]
        try {
          execFileSync('chattr', ['+i', ...locked])
        } catch {
          this.skip()
        }
        try {
          const says = (task: Parameters<typeof converge>[0], path: string): Promise<void> =>
            assert.rejects(converge(task, shell), new RegExp(`${path} is immutable: on the host, chattr -i`))
          await says(copy('it', { dest: at('f'), content: 'new' }), at('f'))
          await says(copy('it', { dest: at('f'), content: 'new', inPlace: true }), at('f'))
          await says(copy('it', { dest: at('f'), content: 'old', mode: '0600' }), at('f'))
          await says(copy('it', { dest: at('sub/f'), content: 'new' }), at('sub'))
          await says(file('it', { path: at('f'), state: 'file', mode: '0600' }), at('f'))
          await says(file('it', { path: at('f'), state: 'absent' }), at('f'))
          await says(file('it', { path: at('sub/g'), state: 'link', target: 'f' }), at('sub'))
        } finally {
          execFileSync('chattr', ['-i', ...locked])
        }
        assert.equal(lstatSync(at('f')).mode & 0o777, 0o644)
      })
    })
  }
})
