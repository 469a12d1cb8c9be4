import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { adopt, adoptReport, adoptVars } from '../../../../lib/cluster/adopt/adopt.ts'
import { parseLiving } from '../../../../lib/cluster/adopt/living.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { SAID } from '../../hostile/said.ts'
import { useTemp } from '../../modules/driver.ts'
import { a, factsOf, primary } from '../nodes.ts'

describe('adopt', () => {
  let home: Checkout
  const temp = useTemp()
  before(async () => {
    home = await checkout()
  })
  after(() => home.remove())

  const context = async (more = {}) => ({
    vars: adoptVars.parse({ file: join(temp(), 'inventory.adopted.ts'), ...more }),
    hosts: [a],
    limited: [a],
    facts: {
      node: factsOf(primary()),
      found: { 'node-a': {} },
      living: { 'node-a': parseLiving(SAID.living) },
    },
    secrets: await home.openAs('operator'),
    stateDir: home.stateDir,
    unreached: {},
    check: false,
  })

  it('writes the inventory, in a dry run none', async () => {
    const given = await context()
    adopt(given)
    adoptReport({ ...given, check: true })
    assert.ok(!existsSync(given.vars.file))
    const report = adoptReport(given)
    assert.match(readFileSync(given.vars.file, 'utf8'), /'node-a': \{ address: '10\.88\.0\.11' \}/)
    assert.match(JSON.stringify(report.parts), /publishes port 5432.*"tone":"warning"/)
    adopt(given)
  })

  it('never replaces a file that says something else, but on demand', async () => {
    const given = await context()
    writeFileSync(given.vars.file, 'mine\n')
    assert.throws(() => adopt(given), { code: 'E_ADOPT', hint: /-e overwrite=yes/ })
    assert.equal(readFileSync(given.vars.file, 'utf8'), 'mine\n')
    const asked = await context({ overwrite: 'yes' })
    adopt(asked)
    adoptReport(asked)
    assert.notEqual(readFileSync(given.vars.file, 'utf8'), 'mine\n')
  })

  it('writes nothing before the nodes have been asked', async () => {
    const given = await context()
    const early = { ...given, facts: { ...given.facts, living: {} } }
    adopt(early)
    assert.deepEqual(adoptReport(early), { parts: [], data: {} })
    assert.ok(!existsSync(given.vars.file))
  })
})
