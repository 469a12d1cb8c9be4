import assert from 'node:assert/strict'
import { changed, from } from '../../../lib/core/deferred.ts'
import { Secret } from '../../../lib/core/secret.ts'
import type { Task } from '../../../lib/core/task.ts'
import { command, copy, debug, getUrl, npm, pam, service, template, uri } from '../../../lib/modules/index.ts'

type Make = (name: string, args: never) => Task
const refused = (make: Make, args: object, message: RegExp, hint?: RegExp): void =>
  assert.throws(
    () => make('it', args as never),
    (error: Error & { readonly hint?: string }) => {
      assert.match(error.message, message)
      if (hint !== undefined) assert.match(error.hint ?? '', hint)
      return true
    },
  )

describe('arguments of which one is needed', () => {
  it('are told apart: none, one that is undefined, and several', () => {
    const dest = '/a'
    refused(copy, { dest }, /"it": content or src is needed$/)
    refused(copy, { dest, content: undefined }, /"it": content or src is needed, and content is undefined$/)
    refused(copy, { dest, content: '', src: '/b' }, /"it": content or src is needed, not both$/)
    refused(debug, {}, /"it": message or value is needed$/)
    refused(debug, { message: undefined }, /"it": message or value is needed, and message is undefined$/)
    refused(debug, { message: 'a', value: 1 }, /"it": message or value is needed, not both$/)
    refused(npm, { name: 'a' }, /"it": path or global: true is needed$/)
    refused(
      npm,
      { name: 'a', path: undefined },
      /"it": path or global: true is needed, and path is undefined$/,
    )
    refused(npm, { name: 'a', path: '/a', global: true }, /"it": path or global: true is needed, not both$/)
    const rule = { type: 'auth', control: 'required', modulePath: 'pam_unix.so', moduleArguments: ['audit'] }
    refused(pam, rule, /"it": name or path is needed$/)
    refused(pam, { ...rule, name: 'su', path: '/a' }, /"it": name or path is needed, not both$/)
  })

  it('and those that go together name the one that is missing', () => {
    refused(uri, { url: 'https://a/', username: 'a' }, /password: is needed with username$/)
    const password = new Secret('a', 'b')
    const download = { url: 'https://a/', dest: '/a', checksum: 'none', password }
    refused(getUrl, download, /username: is needed with password$/)
  })
})

describe('a value that from makes', () => {
  const kernel = command('kernel', { argv: ['uname', '-r'], changes: false })

  it('belongs around the arguments, not into them', () => {
    const value = from(kernel, ({ stdout }) => stdout)
    const about = /from goes around all arguments of the task: from\(…, \(result\) => \(\{ … \}\)\)/
    refused(copy, { dest: '/a', content: value }, /^copy "it": content is a from\(…\)/, about)
    refused(template, { src: '/a', dest: '/a', vars: { a: { b: value } } }, /vars\.a\.b is a from\(…\)/)
    refused(debug, { value }, /value is a from\(…\)/)
    refused(copy, { dest: '/a', content: changed(kernel) }, /content is a changed\(…\)/, /option when/)
  })

  it('is an option where its name is that of one', () => {
    refused(
      service,
      { name: 'a', when: changed(kernel) },
      /there is no argument when: it is an option of the task, which belongs behind the arguments$/,
    )
    refused(
      service,
      { name: 'a', notify: kernel, stat: 1 },
      /notify: it is an option.*; there is no argument stat: did/,
    )
  })
})
