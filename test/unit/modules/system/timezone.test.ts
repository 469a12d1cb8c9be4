import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { timezone } from '../../../../lib/modules/index.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge } from '../driver.ts'

interface Case {
  /** Where /etc/localtime leads to; the word `file` for a regular file. */
  readonly link?: string
  /** What /etc/timezone holds. */
  readonly text?: string
  readonly becomes: { readonly link: string; readonly text?: string }
  readonly changes: readonly string[]
}

const BERLIN = '/usr/share/zoneinfo/Europe/Berlin'

/** Behaviours of Ansible's `timezone`, in our words. The module is in community.general, and takes a system of its own to run. */
const CASES: Readonly<Record<string, Case>> = {
  'makes the link': { becomes: { link: BERLIN }, changes: ['time zone'] },
  'changes link and name': {
    link: '/usr/share/zoneinfo/Etc/UTC',
    text: 'Etc/UTC\n',
    becomes: { link: BERLIN, text: 'Europe/Berlin\n' },
    changes: ['time zone', 'content'],
  },
  'leaves what is right': {
    link: BERLIN,
    text: 'Europe/Berlin\n',
    becomes: { link: BERLIN, text: 'Europe/Berlin\n' },
    changes: [],
  },
  'leaves a link that is written otherwise': {
    link: `..${BERLIN}`,
    text: 'Europe/Berlin',
    becomes: { link: `..${BERLIN}`, text: 'Europe/Berlin' },
    changes: [],
  },
  'changes the name alone': {
    link: BERLIN,
    text: 'Etc/UTC\n',
    becomes: { link: BERLIN, text: 'Europe/Berlin\n' },
    changes: ['content'],
  },
  'puts a link in the place of a file': { link: 'file', becomes: { link: BERLIN }, changes: ['time zone'] },
  'replaces a link to somewhere else': {
    link: '/etc/zone',
    becomes: { link: BERLIN },
    changes: ['time zone'],
  },
}

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`the time zone, under ${name}`, () => {
    let root: string
    let own: Namespace
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      root = mkdtempSync(join(tmpdir(), 'rp-zone.'))
      for (const path of ['etc', 'share/zoneinfo/Europe', 'share/zoneinfo/Etc'])
        mkdirSync(join(root, path), { recursive: true, mode: 0o755 })
      for (const zone of ['Europe/Berlin', 'Etc/UTC'])
        writeFileSync(join(root, 'share/zoneinfo', zone), 'TZif2')
      own = await makeNamespace(['--mount'], inPlaceOf(root, { share: '/usr/share', etc: '/etc' }))
    })
    after(async () => {
      await own?.remove()
      if (root !== undefined) rmSync(root, { recursive: true, force: true })
    })
    afterEach(() => {
      for (const path of ['localtime', 'timezone']) rmSync(at(path), { force: true })
    })

    const at = (path: string): string => join(root, 'etc', path)
    const put = ({ link, text }: Pick<Case, 'link' | 'text'>): void => {
      writeFileSync(at('passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
      writeFileSync(at('group'), 'root:x:0:\n')
      if (link === 'file') writeFileSync(at('localtime'), 'TZif2')
      else if (link !== undefined) symlinkSync(link, at('localtime'))
      if (text !== undefined) writeFileSync(at('timezone'), text)
    }
    const berlin = () => timezone('it', { name: 'Europe/Berlin' })
    const run = () => converge(berlin(), [...own.enter, ...shell])

    for (const [what, { becomes, changes, ...before }] of Object.entries(CASES))
      it(what, async () => {
        put(before)
        const done = await run()
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(
          done.changes.map((change) => change.what),
          changes,
        )
        assert.equal(readlinkSync(at('localtime')), becomes.link)
        assert.equal(
          existsSync(at('timezone')) ? readFileSync(at('timezone'), 'utf8') : undefined,
          becomes.text,
        )
        assert.deepEqual((await run()).changes, [])
      })

    it('is one that the host has', async () => {
      put({})
      const none = timezone('it', { name: 'Europe/Atlantis' })
      await assert.rejects(converge(none, [...own.enter, ...shell]), {
        code: 'E_NO_TIMEZONE',
        hint: /tzdata/,
      })
      assert.equal(existsSync(at('localtime')), false)
    })

    it('is known after it is set, in a dry run', async () => {
      put({ link: '/usr/share/zoneinfo/Etc/UTC', text: 'Etc/UTC\n' })
      const tasks = () => [berlin(), timezone('again', { name: 'Europe/Berlin' })]
      const dry = await runOn([...own.enter, ...shell], tasks, { check: true })
      assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok'])
    })
  })
}

describe('the name of a time zone', () => {
  for (const name of ['', '/Europe/Berlin', '../../etc/passwd', 'Europe/', 'Europe Berlin', 'Europe//Berlin'])
    it(`is not ${JSON.stringify(name)}`, () => {
      assert.throws(() => timezone('it', { name }), { code: 'E_BAD_ARGUMENT' })
    })
})
