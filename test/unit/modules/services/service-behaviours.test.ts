import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { useTemp } from '../driver.ts'
import { CASES } from './service-cases.ts'

/** A systemctl that answers from a file for each unit, changes nothing, and writes down what it is asked to do. */
const SYSTEMCTL = `#!/bin/sh
cd "\${0%/*}" || exit 2
unit=$2
. "./$unit.state"
case $1 in
  show) printf 'Id=%s.service\\nLoadState=%s\\nActiveState=%s\\n' "$unit" "$load" "$active" ;;
  is-enabled) echo "$enabled"; case $enabled in enabled|static) exit 0 ;; *) exit 1 ;; esac ;;
  is-active) echo "$active"; [ "$active" = active ] ;;
  *)
    case $1-$load in start-masked) [ -e "$unit.unmasked" ] || exit 1 ;; *-not-found) exit 5 ;; unmask-*) : >"$unit.unmasked" ;; esac
    echo "$1" >>"$unit.log"
    ;;
esac
`

describe('what service asks systemctl to do', () => {
  const temp = useTemp()

  it('is what Ansible asks it to do, except where said', function () {
    if (!hasAnsible()) this.skip()
    const at = (name: string): string => join(temp(), name)
    writeFileSync(at('systemctl'), SYSTEMCTL, { mode: 0o755 })
    const all = Object.entries(CASES)
    for (const [i, [, { is }]] of all.entries()) {
      writeFileSync(at(`case-${i}.state`), `load=${is.load} active=${is.active} enabled='${is.enabled}'\n`)
      writeFileSync(at(`case-${i}.log`), '')
    }
    const results = runAnsible(
      all.map(([, { args }], i) => ({ module: 'systemd', args: { ...args, name: `case-${i}` } })),
      ['env', `PATH=${temp()}:${process.env['PATH'] ?? ''}`],
    )
    const wrong = all.flatMap(([what, { calls, differs }], i) => {
      const { failed = false, changed = false, msg } = results[i] ?? {}
      const asked = readFileSync(at(`case-${i}.log`), 'utf8')
        .split('\n')
        .slice(0, -1)
      const same =
        typeof calls === 'string'
          ? failed === true && asked.length === 0
          : isDeepStrictEqual(asked, calls) && failed === false && changed === calls.length > 0
      return same === (differs !== undefined) ? [{ what, asked, failed, changed, msg }] : []
    })
    assert.deepEqual(wrong, [])
  })
})
