import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SELF, account } from '../../../../lib/modules/shared/account.ts'
import { sha256 } from '../../../../lib/modules/shared/sha256.ts'
import { guard } from '../../../../lib/modules/commands/shared/guard-reader.ts'
import { stat } from '../../../../lib/modules/shared/stat.ts'
import { BODY_LIMIT, readBody } from '../../../../lib/modules/shared/text.ts'
import { SHELLS, answers, itAsRoot, useTemp } from '../driver.ts'

const ODD = [
  'a b',
  "it's",
  '"quoted"',
  '-rf',
  'back\\slash',
  '$HOME `id`',
  'ünï→😀',
  '*',
  ' lead',
  'trail ',
  '=x',
  '#1',
  'tab\there',
  'cr\rhere',
  ':a:b:',
  '\u2028',
]
const HI = '98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4'

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`readers under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)

    itAsRoot('stat tells what is at every path, however it is called', async () => {
      for (const odd of ODD) writeFileSync(at(odd), 'hi\n', { mode: 0o640 })
      mkdirSync(at('dir'), { mode: 0o755 })
      chmodSync(at('dir'), 0o2750)
      execFileSync('mkfifo', [at('fifo')])
      symlinkSync('dir', at('link'))
      symlinkSync('no such\nplace =x', at('dangling'))
      const me = { owner: 'root', uid: 0, group: 'root', gid: 0 }
      const keys = [...ODD, 'dir', 'fifo', 'link', 'dangling', 'nothing', 'dir/nothing', 'a b/below'].map(at)
      const found = await answers(shell, stat, keys)
      const files = ODD.map(() => ({ type: 'file', mode: '0640', ...me, size: 3 }))
      assert.deepEqual(found.slice(0, ODD.length), files)
      assert.deepEqual(found[ODD.length], { type: 'directory', mode: '2750', ...me })
      assert.equal((found[ODD.length + 1] as { type: string }).type, 'other')
      assert.deepEqual(found[ODD.length + 2], { type: 'link', mode: '0777', ...me, target: 'dir' })
      assert.deepEqual(found[ODD.length + 3], {
        type: 'link',
        mode: '0777',
        ...me,
        target: 'no such\nplace =x',
      })
      assert.deepEqual(found.slice(-3), [{ type: 'absent' }, { type: 'absent' }, { type: 'absent' }])
    })

    it('stat does not take "may not look" for absent', async () => {
      const loop = at('loop')
      symlinkSync(loop, loop)
      const found = await answers(shell, stat, [at('none'), `${loop}/x`, at('é'), temp()])
      assert.deepEqual(found[0], { type: 'absent' })
      assert.ok(found[1] instanceof Error && found[1].message.includes('Too many levels'), String(found[1]))
      assert.deepEqual(found[2], { type: 'absent' })
      assert.equal((found[3] as { type: string }).type, 'directory')
    })

    it('stat refuses a path with a line break, and answers the others', async () => {
      const found = await answers(shell, stat, [at('a\nb'), temp()])
      assert.ok(found[0] instanceof Error)
      assert.equal((found[1] as { type: string }).type, 'directory')
    })

    it('sha256 hashes regular files only and waits for nothing', async () => {
      for (const odd of ODD) writeFileSync(at(odd), 'hi\n')
      execFileSync('mkfifo', [at('fifo')])
      symlinkSync('a b', at('link'))
      const found = await answers(shell, sha256, [...ODD, 'fifo', 'link', 'nothing', '.'].map(at))
      assert.deepEqual(found, [...ODD.map(() => HI), undefined, undefined, undefined, undefined])
      assert.deepEqual(await answers(shell, sha256, [at('none')]), [undefined])
    })

    it('bodies come back byte for byte, or with the reason why not', async () => {
      const long = 'ä'.repeat(BODY_LIMIT / 2)
      writeFileSync(at('text'), 'no end of line\r\n\n#1\nü')
      writeFileSync(at('empty'), '')
      writeFileSync(at('long'), long)
      writeFileSync(at('longer'), `${long}x`)
      writeFileSync(at('binary'), Buffer.from([0xff, 0xfe, 0]))
      execFileSync('mkfifo', [at('fifo')])
      const found = await answers(
        shell,
        readBody,
        ['none', 'text', 'empty', 'long', 'longer', 'binary', 'fifo'].map(at),
      )
      assert.equal(found[0], undefined)
      assert.equal(found[1], 'no end of line\r\n\n#1\nü')
      assert.equal(found[2], '')
      assert.equal(found[3], long)
      assert.match(String(found[4]), /too long/)
      assert.match(String(found[5]), /not text/)
      assert.equal(found[6], undefined)
    })

    it('guards are on their own: exit, a syntax error, standard input, kill', async () => {
      const scripts = [
        'exit 3',
        'true',
        'if [',
        'cat; false',
        'kill -9 $$',
        "echo 'a'; echo b >&2",
        '-x',
        'cd / && exit 0',
      ]
      const found = await answers(shell, guard, scripts)
      assert.deepEqual([found[0], found[1], found[3], found[4], found[5], found[7]], [3, 0, 1, 137, 0, 0])
      assert.notEqual(found[2], 0)
      assert.notEqual(found[6], 0)
    })

    itAsRoot('accounts are found by name and by number', async () => {
      const keys = [
        'user:root',
        'group:daemon',
        'user:0',
        'user:4242',
        'user:nobody-knows',
        SELF.user,
        SELF.group,
        'group:root',
      ]
      const root = { id: 0, name: 'root' }
      const found = await answers(shell, account, keys)
      assert.deepEqual(found, [
        root,
        { id: 1, name: 'daemon' },
        root,
        { id: 4242, name: 'UNKNOWN' },
        undefined,
        root,
        root,
        root,
      ])
    })
  })
}
