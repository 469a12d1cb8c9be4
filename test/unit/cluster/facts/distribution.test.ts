import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DISTRIBUTION_SCRIPT, parseDistribution } from '../../../../lib/cluster/facts/distribution.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

describe('the distribution of a node', () => {
  const folder = useTemp()
  for (const [name, shell] of Object.entries(SHELLS))
    it(`is read from os-release, with ${name}`, async () => {
      const file = join(folder(), 'os-release')
      writeFileSync(file, 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE="debian other"\n')
      const ask = async (path: string) => {
        const script = `${DISTRIBUTION_SCRIPT.replaceAll('/etc/os-release', path)}; exit 0`
        const text = (await run(shell, { script })).stdout.toString().trim()
        return parseDistribution(new Map([['distribution', text.replace(/^distribution /, '')]])).distribution
      }
      assert.deepEqual(await ask(file), { id: 'ubuntu', version: '24.04', like: ['debian', 'other'] })
      assert.deepEqual(await ask('/nowhere'), { id: '', version: '', like: [] })
    })
})
