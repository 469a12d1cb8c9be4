import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { overlayReachable, overlayScript, parseOverlay } from '../../../roles/overlay-check/module.ts'
import { SHELLS, planOf, run, useTemp } from '../modules/driver.ts'

const ARGS = { address: '10.88.0.11', peers: ['10.88.0.12', '10.88.0.13'] }

describe('the check of the overlay', function () {
  this.timeout(60_000)
  const folder = useTemp()
  const stub = (name: string, text: string) => {
    writeFileSync(join(folder(), name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder(), name), 0o755)
  }
  /** `most`: the largest packet that gets to 10.88.0.13; everything gets to the other one. */
  const check = async (shell: readonly string[], most: number) => {
    stub(
      'ip',
      `case "$*" in *route*) echo "$4 dev lo src 10.88.0.11" ;; *) echo "4: wg0    inet 10.88.0.11/24 scope global wg0" ;; esac`,
    )
    stub(
      'ping',
      `size=56; while [ $# -gt 1 ]; do case $1 in -s) size=$2 ;; esac; shift; done
case $1 in 10.88.0.13) [ $((size + 28)) -le ${most} ] ;; esac`,
    )
    const { stdout } = await run(shell, {
      script: `PATH=${folder()}:$PATH\n${overlayScript(ARGS).replace('/sys/class/net/$dev/mtu', `${folder()}/mtu`)}`,
    })
    return parseOverlay(stdout.toString(), ARGS)
  }
  const plan = (state: unknown) => planOf(overlayReachable('overlay', ARGS), state)

  for (const [name, shell] of Object.entries(SHELLS)) {
    // Its own ip and ping come before those of the test.
    if (name === 'busybox') continue
    it(`sends packets as large as the overlay lets through, with ${name}`, async () => {
      writeFileSync(join(folder(), 'mtu'), '1420\n')
      assert.deepEqual(plan(await check(shell, 1420)).changes, [])
      const small = await check(shell, 1400)
      assert.throws(() => plan(small), {
        code: 'E_OVERLAY_MTU',
        message: /packets of 1420 bytes .* do not reach 10\.88\.0\.13, but small packets do/,
        hint: /mtu: 1280/,
      })
      assert.throws(() => plan({ up: true, silent: ['10.88.0.13'], stalled: [] }), { code: 'E_NO_OVERLAY' })
    })
  }
})
