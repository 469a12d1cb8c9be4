import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { isSingle } from '../../../lib/core/probe.ts'
import type { Question, Reader, Reply } from '../../../lib/core/probe.ts'
import type { Task } from '../../../lib/core/task.ts'
import {
  authorizedKey,
  blockinfile,
  command,
  copy,
  cron,
  facts,
  file,
  getUrl,
  git,
  hostname,
  hostsEntry,
  iniFile,
  knownHost,
  lineinfile,
  packages,
  replace,
  service,
  shell,
  sudoers,
  sysctl,
  unarchive,
  wireguard,
} from '../../../lib/modules/index.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { run } from '../modules/driver.ts'
import { often } from '../../support/often.ts'
import { BLIND } from './blind.ts'
import { spoiled } from './mutations.ts'

/** What one reader was asked, and what a real host said. */
interface Said {
  readonly reader: Reader<unknown, never>
  readonly keys: readonly string[]
  readonly reply: Reply
}

const root = mkdtempSync(join(tmpdir(), 'run-playbook-hostile-'))
const at = (name: string): string => join(root, name)

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'
const REPOSITORY = `git init -q -b main repo; cd repo; echo a >a; git add a
git -c user.name=a -c user.email=a@example.org commit -q -m a; echo b >>a`

const TASKS: Readonly<Record<string, () => Task>> = {
  file: () => file('x', { path: at('folder'), state: 'directory', mode: '0750', owner: 'root' }),
  link: () => file('x', { path: at('link'), state: 'link', target: '/etc' }),
  copy: () => copy('x', { dest: at('file'), content: 'wanted\n', mode: '0600', group: 'root', backup: true }),
  lineinfile: () => lineinfile('x', { path: at('file'), line: 'a = 1', regexp: /^a\b/ }),
  blockinfile: () => blockinfile('x', { path: at('file'), block: 'a\nb' }),
  replace: () => replace('x', { path: at('file'), regexp: /b+/, replace: 'c' }),
  iniFile: () => iniFile('x', { path: at('file.ini'), section: 's', option: 'o', value: 'v' }),
  authorizedKey: () => authorizedKey('x', { user: 'daemon', key: KEY }),
  cron: () => cron('x', { name: 'a', minute: 0, job: 'true', user: 'daemon' }),
  cronFile: () => cron('x', { name: 'a', minute: 0, job: 'true', user: 'daemon', cronFile: at('file') }),
  getUrl: () =>
    getUrl('x', { url: 'http://127.0.0.1:1/', dest: at('file'), checksum: `sha512:${'0'.repeat(128)}` }),
  git: () => git('x', { repo: at('repo'), dest: at('repo'), version: 'main' }),
  gitBare: () => git('x', { repo: at('repo'), dest: at('repo/.git'), bare: true }),
  hostname: () => hostname('x', { name: 'rp-other' }),
  knownHost: () => knownHost('x', { name: 'web', key: KEY, path: at('file'), hashed: true }),
  knownHostOfUser: () => knownHost('x', { name: 'web', key: KEY, user: 'daemon' }),
  hostsEntry: () => hostsEntry('x', { address: '10.0.0.5', names: ['web'], path: at('file') }),
  packages: () => packages('x', { names: ['dash', 'not-there'] }),
  service: () => service('x', { name: 'cron.service', state: 'started', enabled: true }),
  command: () => command('x', { argv: ['true'], creates: at('none') }),
  shell: () => shell('x', { script: 'true', unless: `[ -e ${at('none')} ]` }),
  sudoers: () => sudoers('x', { name: 'x', user: 'app', commands: ['/bin/x'], sudoersPath: root }),
  sysctl: () => sysctl('x', { name: 'net.ipv4.ip_forward', value: 1, file: at('file') }),
  unarchive: () => unarchive('x', { src: at('a.zip'), remoteSrc: true, dest: root, creates: at('none') }),
  wireguard: () =>
    wireguard('x', {
      interface: 'wg9',
      privateKey: new Secret('overlay', 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='),
      address: '10.88.0.11/24',
      peers: [],
    }),
  ...Object.fromEntries(Object.entries(facts).map(([name, fact]) => [`facts.${name}`, () => fact('x')])),
}

/** Recorded where this machine has nothing to say. */
const RECORDED: Readonly<Record<string, string>> = {
  service: readFileSync(join(import.meta.dirname, '../fixtures/systemctl-show-252.txt'), 'utf8'),
}
const recorded = ({ name }: Reader<unknown, never>): Reply | undefined => {
  const text = RECORDED[name]
  return text === undefined ? undefined : { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }
}

/** One real answer for each reader. */
async function listen(questions: readonly Question[]): Promise<Said[]> {
  const said: Said[] = []
  for (const reader of new Set(questions.map((question) => question.reader))) {
    const all = questions.filter((question) => question.reader === reader).map(({ key }) => key)
    for (const keys of isSingle(reader) ? all.map((key) => [key]) : [all])
      said.push({
        reader,
        keys,
        reply: recorded(reader) ?? (await run(['dash'], { script: reader.ask(keys) })),
      })
  }
  return said
}

/** What stands outside of single quotes in a script: a shell would run it. */
const bare = (script: string): string => script.replace(/'[^']*'/g, '')

describe('what a host answers to a module', function () {
  this.timeout(3_600_000)
  before(() => {
    mkdirSync(at('folder'))
    symlinkSync('folder', at('link'))
    writeFileSync(at('file'), 'a = 0\nb\n')
    writeFileSync(at('file.ini'), '[s]\no = w\n')
    execFileSync('sh', ['-ec', REPOSITORY], { cwd: root })
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  for (const [name, make] of Object.entries(TASKS))
    it(`${name}: garbage is refused in words, and never run`, async () => {
      const { module, args } = make()
      await module.load?.(args)
      const probe = module.probe(args)
      const heard = await listen(probe.questions)
      const answersOf = ({ reader, keys, reply }: Said): readonly unknown[] => reader.parse(reply, keys)
      const whole = heard.map(answersOf)
      const turn = fc.integer({ min: 0, max: Math.max(0, heard.length - 1) })
      const streams = heard.map(({ reply }) =>
        fc.tuple(spoiled([reply.stdout.toString()]), fc.constantFrom(reply.code, 0, 1, 127)),
      )
      const property = fc.property(
        turn.chain((index) => fc.tuple(fc.constant(index), streams[index] ?? fc.constant(['', 0] as const))),
        ([index, [text, code]]) => {
          const one = heard[index]
          if (one === undefined) return
          try {
            const spoilt = answersOf({ ...one, reply: { ...one.reply, code, stdout: Buffer.from(text) } })
            assert.equal(spoilt.length, one.keys.length)
            const byQuestion = new Map<Question, unknown>()
            heard.forEach((said, i) => {
              const answers = i === index ? spoilt : whole[i]
              const own = probe.questions.filter(
                ({ reader, key }) => reader === said.reader && said.keys.includes(key),
              )
              for (const question of own) byQuestion.set(question, answers?.[said.keys.indexOf(question.key)])
            })
            const answers = probe.questions.map((question) => byQuestion.get(question))
            if (answers.some((answer) => answer instanceof Error)) return
            const state = probe.parse(answers)
            if (module.plan(args, state).changes.length === 0) return
            for (const step of module.apply(args, state))
              if ('script' in step) assert.doesNotMatch(bare(step.script), /canary/, step.script)
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error
            assert.ok(
              error instanceof Error && !BLIND.has(error.constructor),
              `it stumbled: ${(error as Error).stack}`,
            )
          }
          assert.equal(({} as { polluted?: unknown }).polluted, undefined)
        },
      )
      fc.assert(property, { numRuns: often(1000, 200_000, 'HOSTILE_RUNS') })
    })
})
