import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Resource, describeResource, overlaps, paths } from '../../../../lib/core/resource.ts'
import { containers } from '../../../../lib/modules/index.ts'
import { stanzas } from '../../../../lib/pgbackrest/modules/shared/stanzas.ts'
import { wholeServer } from '../../../../lib/postgres/resources.ts'
import { pgbackrest as module } from '../../../../lib/pgbackrest/modules/index.ts'
import { clock, clockKey } from '../../../../lib/pgbackrest/modules/shared/clock.ts'
import { parseInfo } from '../../../../lib/pgbackrest/info.ts'
import { inPlace } from '../../../../lib/pgbackrest/modules/shared/shell.ts'
import { pgbackrest, placeKey } from '../../../../lib/pgbackrest/modules/shared/reader.ts'
import { SHELLS, answers, run, useTemp } from '../../modules/driver.ts'
import { VERSIONS, recorded } from './fixtures.ts'

const PLACE = { user: userInfo().username, stanza: 'main', sees: [] }

describe('reading pgBackRest', () => {
  for (const version of VERSIONS) {
    it(`understands what ${version} says of a stanza`, () => {
      const info = parseInfo(recorded(version, 'info-timeline.json'), 'main')
      assert.equal(info.code, 0)
      assert.deepEqual(
        info.backups.map(({ type, timeline }) => `${type} ${timeline}`),
        ['full 1', 'diff 1', 'incr 1', 'full 1', 'incr 2'],
      )
      const [first] = info.backups
      assert.deepEqual(first?.wal, { start: '000000010000000000000002', stop: '000000010000000000000002' })
      assert.match(`${first?.label} ${first?.error}`, /^2026\d{4}-\d{6}F false$/)
      assert.equal(parseInfo(recorded(version, 'info-locked.json'), 'main').locked, true)
      assert.deepEqual(parseInfo(recorded(version, 'info-missing.json'), 'main').repos, [
        { key: 1, code: 1, message: 'missing stanza path' },
      ])
      assert.equal(parseInfo(recorded(version, 'info-missing.json'), 'other').code, 1)
    })
  }

  it('does not round the system identifier', () => {
    const [database] = parseInfo(recorded('2.45', 'info-full.json'), 'main').databases
    assert.equal(database?.systemId, '7711561987061853155')
  })

  it('asks again after what it rests on has changed, and after nothing else', () => {
    const server = wholeServer({ host: '10.0.0.1' })
    const seen = (sees: Resource[]) => pgbackrest.sees(placeKey({ ...PLACE, container: 'postgres', sees }))
    const concerns = (touched: readonly Resource[], sees: Resource[] = []) =>
      seen(sees).some((one) => touched.some((other) => overlaps(other, one)))
    const file = [paths.at('/etc/x')]
    for (const touched of [[containers.at('postgres')], server]) assert.ok(concerns(touched))
    assert.ok(concerns(file, file) && !concerns(server, file))
    for (const touched of [containers.at('other'), paths.at('/srv/x'), stanzas.at('another')])
      assert.ok(!concerns([touched]), describeResource(touched))
    const { touches } = module.backup.definition
    assert.deepEqual(
      touches?.({ now: 'full' }, undefined, () => undefined),
      [stanzas.at('main')],
    )
    assert.ok(concerns([stanzas.at('main')]))
  })

  for (const [name, shell] of Object.entries(SHELLS)) {
    const folder = useTemp()
    it(`finds the cluster in pgBackRest's own configuration, with ${name}`, async () => {
      const config = join(folder(), 'pgbackrest.conf')
      writeFileSync(
        config,
        '[global]\npg1-port=1\npg1-user = u\n#pg1-path=/no\n[ other ]\npg1-path=/other\n[main]\n pg1-path = /a b=c \npg1-port=2\npg10-path=/ten\n',
      )
      const script = 'for name in path port user host; do echo "$name=$(setting $name)"; done'
      const { stdout } = await run(shell, { script: inPlace({ ...PLACE, config }, script) })
      assert.equal(stdout.toString(), 'path=/a b=c\nport=2\nuser=u\nhost=\n')
    })

    it(`reads the clock, and what to do when there is no pgBackRest, with ${name}`, async () => {
      const [now] = await answers(shell, clock, [clockKey([])])
      assert.ok(Math.abs(Number(now) - Date.now() / 1000) < 5)
      const [answer] = await answers(['env', 'PATH=/nowhere', '/bin/sh'], pgbackrest, [placeKey(PLACE)])
      assert.ok(answer instanceof Error)
    })
  }
})
