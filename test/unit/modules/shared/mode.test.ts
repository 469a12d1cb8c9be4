import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sh } from '../../../../lib/core/sh.ts'
import { changedMode, modeArg } from '../../../../lib/modules/shared/mode.ts'
import { SHELLS, run, useTemp } from '../driver.ts'

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')

/** A random sequence that is the same in each run. */
function seeded(seed: number): <T>(from: readonly T[]) => T {
  let now = seed
  return (from) => {
    now = (now * 1_103_515_245 + 12_345) % 2_147_483_648
    return from[Math.floor((now / 2_147_483_648) * from.length)] ?? assert.fail()
  }
}

describe('a mode in symbols', () => {
  it('is refused where chmod would refuse it, or its umask would say what it means', () => {
    const bad = [
      'u',
      'u=rwz',
      'x+r',
      'u+r,',
      ',u+r',
      'u=rw g=r',
      '+u',
      '=g',
      'u=gr',
      '644',
      '00644',
      '0888',
      '',
      '0644,u+r',
    ]
    for (const mode of bad) assert.equal(modeArg.safeParse(mode).success, false, mode)
    for (const mode of ['0644', 'u=', 'a+X', '+x', '-w', '=', 'ugo+rwxXst', 'u=g', 'u+r-w,g=u'])
      assert.equal(modeArg.safeParse(mode).success, true, mode)
  })

  describe('and chmod', () => {
    const temp = useTemp()

    // BusyBox's takes all away for =, before it looks what X, u, g and o stand for.
    it('make the same of any file, and of a directory whose setuid and setgid bits are not at stake', async () => {
      const pick = seeded(11)
      const letters = (): string => pick(['r', 'w', 'x', 'X', 's', 't', 'rw', 'rwX', 'rx', 'xst', ''])
      const clause = (): string => {
        const who = pick(['u', 'g', 'o', 'a', 'ug', 'go', 'ou', ''])
        const one = (): string => {
          const copies = who !== '' && pick([true, false, false])
          return pick(['+', '-', '=']) + (copies ? pick(['u', 'g', 'o']) : letters())
        }
        return who + one() + pick(['', '', one()])
      }
      const cases = Array.from({ length: 300 }, (_, i) => ({
        type: i % 3 === 0 ? ('directory' as const) : ('file' as const),
        from: pick([0o644, 0o600, 0o755, 0o711, 0o755, 0o640, 0o777, 0o040, 0o007, 0]),
        special: pick([0, 0o4000, 0o2000, 0o1000, 0o7000]),
        mode: [clause(), ...(pick([true, false]) ? [clause()] : [])].join(','),
      })).map(({ special, ...one }) => (one.type === 'file' ? { ...one, from: one.from | special } : one))
      const paths = cases.map(({ type, from }, i) => {
        const path = join(temp(), String(i))
        if (type === 'directory') mkdirSync(path)
        else writeFileSync(path, '')
        chmodSync(path, from)
        return path
      })
      const lines = cases.map(({ mode }, i) => sh`chmod -- ${mode} ${paths[i]}`)
      // It ends with 1 where umask keeps it from what the mode says.
      await run(['dash'], { script: ['umask 022', ...lines].join('\n') })
      for (const [i, { mode, from, type }] of cases.entries()) {
        const is = lstatSync(paths[i] ?? '').mode
        // GNU's keeps setuid and setgid of a directory that = is for: a clause before may have set them.
        const compared = type === 'directory' && mode.includes('s') ? 0o777 : 0o7777
        const shown = (bits: number): string => octal(bits & compared)
        const wanted = Number.parseInt(changedMode(mode, { type, mode: octal(from) }), 8)
        assert.equal(shown(wanted), shown(is), `${mode} of a ${type} ${octal(from)}`)
      }
    })

    for (const [name, shell] of Object.entries(SHELLS))
      it(`make the same of w where it is not said for whom, with umask 022, under ${name}`, async () => {
        const path = join(temp(), 'f')
        for (const mode of ['+w', '+rwx', '=rw', '=', '+X', '+s', '+t'])
          for (const from of ['0444', '0711', '0000', '4755']) {
            writeFileSync(path, '')
            chmodSync(path, Number.parseInt(from, 8))
            const { stderr } = await run(shell, { script: sh`umask 022; chmod -- ${mode} ${path}` })
            assert.equal(stderr.toString(), '')
            assert.equal(
              changedMode(mode, { type: 'file', mode: from }),
              octal(lstatSync(path).mode),
              `${mode} of ${from}`,
            )
          }
      })
  })
})
