import assert from 'node:assert/strict'
import type { Probe } from '../../../../lib/core/probe.ts'
import { eventsOf } from '../../../../lib/modules/docker/compose/events.ts'
import type { ComposeFound } from '../../../../lib/modules/docker/compose/reader.ts'
import { type DockerComposeArgs, docker } from '../../../../lib/modules/docker/index.ts'
import { planOf } from '../driver.ts'

/** Recorded from Docker Compose 2.26.1 of Debian 13. */
const CREATED = ` DRY-RUN MODE -  Network shop_default  Creating
 DRY-RUN MODE -  Network shop_default  Created
 DRY-RUN MODE -  Container shop-web-1  Creating
 DRY-RUN MODE -  Container shop-web-1  Created
 DRY-RUN MODE -  Container shop-web-1  Starting
 DRY-RUN MODE -  Container shop-web-1  Started`
const RECREATED = ` DRY-RUN MODE -  Container shop-web-1  Recreate
 DRY-RUN MODE -  Container shop-web-1  Recreated
 DRY-RUN MODE -  Container a2966fd43050_shop-web-1  Starting
 DRY-RUN MODE -  Container a2966fd43050_shop-web-1  Started
 DRY-RUN MODE -  Container shop-web-1  Waiting
 DRY-RUN MODE -  Container shop-web-1  Healthy`
const REMOVED = `time="2026-11-27T14:39:09Z" level=warning msg="Found orphan containers ([shop-old-1]) for this project."
 DRY-RUN MODE -  Container shop-web-1  Stopping
 DRY-RUN MODE -  Container shop-web-1  Stopped
 DRY-RUN MODE -  Container shop-web-1  Removing
 DRY-RUN MODE -  Container shop-web-1  Removed
 DRY-RUN MODE -  Network shop_default  Removing
 DRY-RUN MODE -  Network shop_default  Resource is still in use`

describe('what the dry run of docker compose says', () => {
  const events = (text: string) => eventsOf(text.split('\n')).map(({ what, to }) => `${what} ${to}`)

  it('is what is made, once for each thing', () =>
    assert.deepEqual(events(CREATED), ['network shop_default created', 'container shop-web-1 created']))
  it('is what is made anew', () => assert.deepEqual(events(RECREATED), ['container shop-web-1 recreated']))
  it('is what is removed, without what stays', () =>
    assert.deepEqual(events(REMOVED), ['container shop-web-1 removed']))
  it('is nothing where all runs', () =>
    assert.deepEqual(events(' DRY-RUN MODE -  Container shop-web-1  Running'), []))
  it('is a change where a word is not known', () =>
    assert.deepEqual(events(' DRY-RUN MODE -  Container shop-web-1  Transmogrifying'), [
      'container shop-web-1 Transmogrifying',
    ]))
  it('is an image that is pulled', () =>
    assert.deepEqual(events(' DRY-RUN MODE -  web Pulling \n DRY-RUN MODE -  web Pulled '), [
      'image of web pulled',
    ]))
})

describe('docker.compose', () => {
  const folder = '/srv/shop'
  const task = (args: Partial<DockerComposeArgs> = {}) => docker.compose('it', { folder, ...args })
  const ps = (name: string, from = folder, state = 'running', status = 'Up 2 seconds') =>
    `container shop-${name}-1\t${state}\t${name}\t${from}\t${status}`
  const says = (text: string) => text.split('\n').map((line) => `says ${line}`)
  /** What the host answered. */
  const found = (lines: readonly string[]): ComposeFound => {
    const { module, args } = task()
    const [question] = (module.probe(args) as Probe<unknown>).questions
    assert.ok(question)
    const reply = { code: 0, stdout: Buffer.from(lines.join('\n')), stderr: Buffer.alloc(0) }
    return question.reader.parse(reply, [question.key])[0] as ComposeFound
  }
  const project = (...lines: readonly string[]) => found(['project shop', 'service web', ...lines, 'end'])
  const there = { type: 'directory', mode: '0755', owner: 'root', group: 'root', uid: 0, gid: 0, size: 4096 }
  const state = (is: ComposeFound) => ({
    found: is,
    here: there,
    above: [{ path: '/srv', stat: there }],
    access: { accounts: {} },
  })

  it('says what docker compose would do', () =>
    assert.deepEqual(planOf(task(), state(project(...says(CREATED)))).changes, [
      { what: 'network shop_default', to: 'created' },
      { what: 'container shop-web-1', to: 'created' },
    ]))
  it('says how many containers run where there is nothing to do', () => {
    const { because } = planOf(
      task(),
      state(project(ps('web'), ps('job', folder, 'exited', 'Exited (0) 1 second ago'))),
    )
    assert.equal(because, 'shop: 1 of 2 containers run')
  })
  it('stops what runs, of its services only', () =>
    assert.deepEqual(planOf(task({ state: 'stopped' }), state(project(ps('web'), ps('old')))).changes, [
      { what: 'container shop-web-1', to: 'stopped' },
    ]))
  it('counts what is always done as a change', () =>
    assert.deepEqual(
      planOf(task({ pull: 'always', build: 'always', recreate: 'always' }), state(project())).changes,
      [
        { what: 'images', to: 'pulled' },
        { what: 'images', to: 'built' },
        { what: 'containers', to: 'recreated' },
      ],
    ))

  const refused: Readonly<Record<string, readonly [ComposeFound, string, Partial<DockerComposeArgs>?]>> = {
    'a project from another folder': [
      project(ps('web', '/home/x/shop'), ...says(RECREATED)),
      'E_FOREIGN_CONTAINER',
    ],
    'to leave containers behind': [project(ps('old'), ...says(REMOVED)), 'E_COMPOSE', { state: 'absent' }],
    'to remove a volume that is not of the project': [
      project(...says(' DRY-RUN MODE -  Volume shop_data  Removing'), 'there volume shop_data '),
      'E_FOREIGN_VOLUME',
      { state: 'absent', removeVolumes: true },
    ],
    'a compose file that is wrong': [
      found(['failed', 'yaml: line 1: did not find expected node content']),
      'E_COMPOSE',
    ],
    'an image that is not there': [
      found([
        'project shop',
        'failed',
        ' DRY-RUN MODE -  web Pulling ',
        'failed to do request: Head "https://x.invalid/v2/": no such host',
      ]),
      'E_COMPOSE',
    ],
    'a host without docker': [found(['no docker']), 'E_NO_DOCKER'],
    'a host without docker compose': [found(['no compose']), 'E_NO_COMPOSE'],
    Podman: [found(['podman /usr/bin/docker runs podman']), 'E_DOCKER_ENGINE'],
  }
  for (const [what, [is, code, args]] of Object.entries(refused))
    it(`refuses ${what}`, () => assert.throws(() => planOf(task(args), state(is)), { code }))

  it('leaves a volume alone that is not there', () =>
    assert.deepEqual(
      planOf(
        task({ state: 'absent' }),
        state(project(...says(' DRY-RUN MODE -  Volume shop_data  Removing'))),
      ).changes,
      [],
    ))

  const wrong: Readonly<Record<string, DockerComposeArgs>> = {
    'neither a folder nor a definition': {},
    'a definition without a project': { definition: { services: {} } },
    'removeVolumes without absent': { folder, removeVolumes: true },
    'absent with pull': { folder, state: 'absent', pull: 'always' },
    'wait with stopped': { folder, state: 'stopped', wait: true },
    'a file that is an option': { folder, files: ['--help'] },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}, before any host is touched`, () =>
      assert.throws(() => docker.compose('it', args), { code: 'E_BAD_ARGUMENT' }))
})
