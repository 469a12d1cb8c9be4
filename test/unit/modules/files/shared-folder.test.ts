import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '../../../../lib/core/task.ts'
import { copy } from '../../../../lib/modules/files/copy.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { SHELLS, converge, loaded, observe, useTemp } from '../driver.ts'

const ALICE = 4711
const BOB = 4712

/** False when nobody is left. What has ended and nobody has waited for still counts. */
function killed(group: number): boolean {
  try {
    return process.kill(group, 'SIGKILL')
  } catch {
    return false
  }
}

// What root does in a folder of alice's, who plants what she likes in it, before and meanwhile.
for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`a folder that somebody else can write, under ${name}`, function () {
    let attacker: ChildProcess | undefined
    // Before the folder is removed.
    afterEach(async () => {
      // With what it has started, which would go on in a folder that is being removed.
      for (let i = 0; i < 20 && attacker?.pid !== undefined && killed(-attacker.pid); i++) await sleep(5)
      attacker = undefined
      assert.equal(readFileSync(at('root/secret'), 'utf8'), 'of root\n')
      assert.deepEqual(of('root/secret'), ['600', 'root'])
      assert.deepEqual(of('root'), ['755', 'root'])
      assert.deepEqual(readdirSync(at('root')), ['secret'])
    })

    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const to = (task: Task): ReturnType<typeof converge> => converge(task, shell)
    const refused = (task: Task, reason: RegExp): Promise<void> => assert.rejects(to(task), reason)
    /** By a dry run already, which does not rely on the script of the change. */
    const foretold = async (task: Task, reason: RegExp): Promise<void> => {
      const { module, args } = await loaded(task)
      const state = await observe(shell, module.probe(args))
      assert.throws(() => module.plan(args, state), reason)
      await refused(task, reason)
    }
    const of = (path: string): [string, string] => {
      const { mode, uid } = lstatSync(at(path))
      return [(mode & 0o7777).toString(8), uid === 0 ? 'root' : uid === ALICE ? 'alice' : String(uid)]
    }
    before(function () {
      if (process.getuid?.() !== 0) this.skip()
    })
    beforeEach(() => {
      chmodSync(temp(), 0o755)
      mkdirSync(at('alice'))
      chownSync(at('alice'), ALICE, ALICE)
      mkdirSync(at('root'))
      writeFileSync(at('root/secret'), 'of root\n', { mode: 0o600 })
    })
    /** Alice, at work for as long as the test runs. */
    const attack = async (script: string): Promise<void> => {
      attacker = spawn('sh', ['-c', `cd alice && echo ready && while :; do ${script}; done 2>/dev/null`], {
        cwd: temp(),
        uid: ALICE,
        gid: ALICE,
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      await new Promise((resolve) => attacker?.stdout?.once('data', resolve))
    }

    it('gets files, folders and links, for whomever they are', async () => {
      await to(copy('it', { dest: at('alice/a'), content: 'a', owner: ALICE, mode: '0640' }))
      await to(copy('it', { dest: at('alice/b'), content: 'b' }))
      await to(copy('it', { dest: at('alice/b'), content: 'c', backup: true }))
      await to(copy('it', { dest: at('alice/b'), content: 'd', inPlace: true, validate: 'grep -q d %s' }))
      await to(copy('it', { dest: at('alice/b'), content: 'd', mode: '0600', owner: ALICE }))
      await refused(file('it', { path: at('alice/x/y'), state: 'directory', owner: ALICE }), /Make it first/)
      await to(file('it', { path: at('alice/x'), state: 'directory', owner: ALICE }))
      await to(file('it', { path: at('alice/x/y'), state: 'directory', owner: ALICE, mode: '0700' }))
      await to(file('it', { path: at('alice/x/y'), state: 'directory', mode: '0750' }))
      await to(file('it', { path: at('alice/f'), state: 'file', owner: ALICE }))
      await to(file('it', { path: at('alice/f'), state: 'file', mode: '0600' }))
      await to(file('it', { path: at('alice/l'), state: 'link', target: 'f', owner: ALICE }))
      await to(file('it', { path: at('alice/l'), state: 'link', target: 'b' }))
      await to(file('it', { path: at('alice/x'), state: 'absent' }))
      assert.deepEqual(
        ['a', 'b', 'f', 'l'].map((one) => of(`alice/${one}`)),
        [
          ['640', 'alice'],
          ['600', 'alice'],
          ['600', 'alice'],
          ['777', 'alice'],
        ],
      )
      const left = readdirSync(at('alice')).filter((one) => !/^b\..*~$/.test(one))
      assert.deepEqual(left, ['a', 'b', 'f', 'l'])
    })

    it('leads nowhere through a link that is planted in it', async () => {
      symlinkSync('../root', at('alice/dir'))
      symlinkSync(at('root'), at('alice/whole'))
      execFileSync('chown', ['-h', `${ALICE}:${ALICE}`, at('alice/dir'), at('alice/whole')])
      for (const link of ['dir', 'whole']) {
        const reason = /is not safe to write to: .* is a link that .*4711.* made/
        await foretold(copy('it', { dest: at(`alice/${link}/secret`), content: 'x', owner: ALICE }), reason)
        await foretold(file('it', { path: at(`alice/${link}/secret`), state: 'file', owner: ALICE }), reason)
        await foretold(file('it', { path: at(`alice/${link}/new`), state: 'directory' }), reason)
        await foretold(file('it', { path: at(`alice/${link}/secret`), state: 'absent' }), reason)
      }
    })

    it('leads nowhere where its owner could put something else in the way', async () => {
      mkdirSync(at('alice/bobs'))
      chownSync(at('alice/bobs'), BOB, BOB)
      mkdirSync(at('alice/roots'))
      for (const folder of ['bobs', 'roots'])
        await foretold(
          copy('it', { dest: at(`alice/${folder}/x`), content: 'x' }),
          /alice belongs to UNKNOWN \(4711\), who can put anything in the place of/,
        )
    })

    it('may be behind a link of root’s', async () => {
      symlinkSync('alice', at('link'))
      await to(copy('it', { dest: at('link/x'), content: 'x' }))
      assert.equal(readFileSync(at('alice/x'), 'utf8'), 'x')
    })

    it('gives away no file that has another name elsewhere', async () => {
      linkSync(at('root/secret'), at('alice/mine'))
      await refused(file('it', { path: at('alice/mine'), state: 'file', owner: ALICE }), /hard links/)
      await refused(file('it', { path: at('alice/mine'), state: 'exists', mode: '0644' }), /hard links/)
      await refused(copy('it', { dest: at('alice/mine'), content: 'x', inPlace: true }), /hard links/)
      await to(copy('it', { dest: at('alice/mine'), content: 'x', owner: ALICE }))
      assert.deepEqual(of('alice/mine'), ['600', 'alice'])
    })

    it('gives nothing away while a link is swapped with a file', async () => {
      await attack('ln -sf ../root/secret t; rm -rf f; mv -f t f; rm -f f; echo x > f; chmod 644 f')
      for (let i = 0; i < 4; i++) {
        await to(
          file('it', { path: at('alice/f'), state: 'exists', owner: i % 2 ? ALICE : BOB, mode: '0666' }),
        ).catch(() => {})
        await to(
          copy('it', {
            dest: at('alice/f'),
            content: `x${i}`,
            owner: ALICE,
            mode: '0666',
            inPlace: i % 2 === 0,
          }),
        ).catch(() => {})
      }
    })

    it('gives nothing away while what root makes is swapped with a link', async () => {
      await attack(
        'for f in .run-playbook*; do mv "$f" old$$; ln -s ../root "$f"; rm -f "$f"; mv old$$ "$f"; ln -sf ../../root/secret "$f"/run-playbook.new; ln -sf ../root/secret "$f"; done',
      )
      for (let i = 0; i < 4; i++) {
        await to(copy('it', { dest: at('alice/f'), content: `x${i}`, owner: ALICE, mode: '0666' })).catch(
          () => {},
        )
        await to(
          file('it', { path: at(`alice/d${i}`), state: 'directory', owner: ALICE, mode: '0777' }),
        ).catch(() => {})
      }
    })

    it('gives nothing away below it while a link is swapped with a file, and with a folder', async () => {
      for (const folder of ['alice/tree', 'alice/tree/sub']) {
        mkdirSync(at(folder))
        chownSync(at(folder), ALICE, ALICE)
      }
      await attack(
        'ln -sf ../../root/secret t; mv -f t tree/f; rm -f tree/f; echo x > tree/f; mv tree/sub real; ln -s ../../root tree/sub; rm tree/sub; mv real tree/sub',
      )
      for (let i = 0; i < 2; i++)
        await to(
          file('it', {
            path: at('alice/tree'),
            state: 'directory',
            recurse: true,
            owner: i % 2 ? ALICE : BOB,
            mode: i % 2 ? 'a+rwX' : 'o-rwx',
          }),
        ).catch(() => {})
    })

    it('is not left for another while a folder is swapped with a link', async () => {
      mkdirSync(at('alice/sub'))
      chownSync(at('alice/sub'), ALICE, ALICE)
      await attack('mv sub real; ln -s ../root sub; rm sub; mv real sub')
      for (let i = 0; i < 4; i++) {
        await to(copy('it', { dest: at('alice/sub/new'), content: `x${i}`, owner: ALICE })).catch(() => {})
        await to(
          file('it', { path: at('alice/sub'), state: 'directory', owner: i % 2 ? ALICE : 0, mode: '0777' }),
        ).catch(() => {})
      }
      assert.ok(!existsSync(at('root/new')))
    })
  })
}
