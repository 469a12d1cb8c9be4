import assert from 'node:assert/strict'
import { type MountArgs, mount } from '../../../../lib/modules/index.ts'

describe('arguments of mount', () => {
  const base = { path: '/srv/data', src: 'tmpfs', fstype: 'tmpfs', state: 'mounted' } as const
  const wrong: Readonly<Record<string, Partial<MountArgs>>> = {
    'no source': { src: undefined },
    'no type': { fstype: undefined },
    'a path that is none': { path: 'srv' },
    'to unmount the root': { path: '/', state: 'unmounted' },
    'to remove the root': { path: '/', state: 'absent' },
    'swap that is to be mounted': { path: 'none', fstype: 'swap' },
    'swap without a source': { path: 'none', src: undefined, state: 'absent' },
    'a source that is an option': { src: '-o' },
    'a source that is a comment': { src: '#a' },
    'a source of two lines': { src: 'a\nb' },
    'options of two lines': { opts: 'ro\nrw' },
    'options that are an option': { opts: '-o' },
    'a type with a blank': { fstype: 'ext4 ' },
    'half a number': { passno: 0.5 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => mount('it', { ...base, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
