import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { blockinfile, copy, file, lineinfile, replace } from '../../../../lib/modules/index.ts'
import { runLocal } from '../../../support/run-local.ts'
import { useTemp } from '../driver.ts'
import { through } from './through.ts'
import { SWAPS, Watcher } from './watcher.ts'

const ALICE = 4711
/** In the tree that root removes: enough that it is not gone in an instant. */
const FILES = 400

for (const name of ['dash', 'busybox'] as const)
  describe(`a folder that its owner watches, under ${name}`, function () {
    this.timeout(120_000)
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    let watcher: Watcher | undefined
    before(function () {
      if (process.getuid?.() !== 0) this.skip()
    })
    beforeEach(() => {
      chmodSync(temp(), 0o755)
      for (const folder of ['root', 'alice', 'alice/tree', 'alice/tree/sub', 'alice/few', 'alice/few/sub'])
        mkdirSync(at(folder))
      writeFileSync(at('root/secret'), 'of root\n', { mode: 0o600 })
      for (const one of [
        'file',
        'text',
        'in place',
        'tree/sub/secret',
        'few/secret',
        'few/sub/secret',
        'few/sub/b',
      ])
        writeFileSync(at(`alice/${one}`), 'a\n')
      for (let i = 0; i < FILES; i++) writeFileSync(at(`alice/tree/sub/${i}`), '')
      execFileSync('chown', ['-R', `${ALICE}:${ALICE}`, at('alice')])
    })
    afterEach(async () => {
      await watcher?.stop()
    })

    const unharmed = (): void => {
      assert.equal(readFileSync(at('root/secret'), 'utf8'), 'of root\n')
      const { mode: is, uid, nlink } = lstatSync(at('root/secret'))
      assert.deepEqual([is & 0o7777, uid, nlink], [0o600, 0, 1])
      assert.deepEqual([lstatSync(at('root')).mode & 0o7777, lstatSync(at('root')).uid], [0o755, 0])
      assert.deepEqual(readdirSync(at('root')), ['secret'])
    }

    for (const swap of SWAPS)
      it(`leads root nowhere by ${swap} in the moment in which it writes`, async () => {
        const owner = ALICE
        const mode = '0666'
        const in_ = (path: string): string => at(`alice/${path}`)
        const options = { ignoreErrors: true, timeoutMs: 10_000 }
        const tasks = () => [
          copy('new', { dest: in_('new'), content: 'x', owner, mode }, options),
          copy('replaced', { dest: in_('file'), content: 'x', owner, mode, backup: true }, options),
          copy('checked', { dest: in_('file'), content: 'y', validate: 'grep -q y %s' }, options),
          copy('in place', { dest: in_('in place'), content: 'x', inPlace: true, owner, mode }, options),
          lineinfile('line', { path: in_('text'), line: 'x', mode }, options),
          blockinfile('block', { path: in_('text'), block: 'x', create: true }, options),
          replace('replace', { path: in_('text'), regexp: /a/, replace: 'b', inPlace: true }, options),
          file('access', { path: in_('text'), state: 'exists', owner, mode }, options),
          file('touched', { path: in_('touched'), state: 'file', owner, mode }, options),
          file('folder', { path: in_('folder'), state: 'directory', owner, mode: '0777' }, options),
          file('link', { path: in_('link'), state: 'link', target: 'x', owner }, options),
          file(
            'all',
            { path: in_('few'), state: 'directory', recurse: true, owner: 0, mode: 'a+rwX' },
            options,
          ),
          file('gone', { path: in_('file'), state: 'absent' }, options),
          file('tree', { path: in_('tree'), state: 'absent' }, options),
        ]
        watcher = await Watcher.start(at('alice'), ALICE, swap, ['.', 'tree', 'tree/sub', 'few', 'few/sub'])
        const { tasks: done } = await runLocal(tasks, { transport: through(name) })
        const swaps = await watcher.stop()
        assert.equal(done.length, tasks().length)
        if (swap !== 'a hard link') assert.ok(swaps > 0, 'nothing was attacked')
        unharmed()
      })

    it('has root remove nothing elsewhere while its owner swaps what is being removed', async () => {
      for (let i = 0; i < 3000; i++) writeFileSync(at(`alice/tree/sub/more-${i}`), '')
      watcher = await Watcher.start(at('alice'), ALICE, 'the folder that is emptied', ['tree/sub'])
      const path = at('alice/tree')
      await runLocal(() => [file('tree', { path, state: 'absent' }, { ignoreErrors: true })], {
        transport: through(name),
      })
      await watcher.stop()
      unharmed()
      // What it could not go into is still there: a run repeats it.
      await runLocal(() => [file('tree', { path, state: 'absent' })], { transport: through(name) })
      assert.ok(!existsSync(path))
    })
  })
