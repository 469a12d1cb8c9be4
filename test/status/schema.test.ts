import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { schemaFile } from '../../docker/status/schema-file.ts'
import { statusSchema } from '../../lib/cluster/status/schema.ts'
import type { TestNode } from './support/cluster.ts'
import { sharedPair } from './support/shared.ts'

const FILE = 'docker/status/status.schema.json'

describe('the schema of /status', () => {
  let nodes: readonly TestNode[]

  before(async function () {
    this.timeout(600_000)
    nodes = await sharedPair()
  })

  it('is published as it is', () => {
    assert.equal(readFileSync(FILE, 'utf8'), schemaFile(), `write ${FILE} anew: npm run build`)
  })

  it('is what the service serves, and what its answers keep to', async () => {
    for (const node of nodes) {
      const published = z.fromJSONSchema(
        (await (await node.get('/schema')).json()) as Parameters<typeof z.fromJSONSchema>[0],
      )
      const answer = await node.status()
      assert.deepEqual(published.safeParse(answer).error?.issues, undefined)
      // Nothing is sent that the schema does not name.
      assert.deepEqual(statusSchema.parse(answer), answer)
    }
  })

  it('refuses what is none', () => {
    const published = z.fromJSONSchema(
      JSON.parse(readFileSync(FILE, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0],
    )
    assert.equal(published.safeParse({ schemaVersion: 2 }).success, false)
  })
})
