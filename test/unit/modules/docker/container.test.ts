import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { EVERYTHING, overlaps, paths } from '../../../../lib/core/resource.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import { type ContainerArgs, type ContainerState, docker } from '../../../../lib/modules/docker/index.ts'
import { SPEC_LABEL } from '../../../../lib/modules/docker/container/option-changes.ts'
import { containers, images, volumes } from '../../../../lib/modules/docker/shared/kinds.ts'
import { served } from '../../../../lib/modules/shared/served.ts'
import { planOf, touchesOf } from '../driver.ts'
import { everyOption, everything, foreign, imageTwo, nowhere, plain, there } from './fixtures.ts'

const changes = (args: Partial<ContainerArgs>, state: ContainerState = there(everything())) =>
  planOf(docker('it', { ...everyOption, ...args }), state).changes

const scripts = (args: Partial<ContainerArgs>, state: ContainerState) => {
  const task = docker('it', { name: 'web', image: 'rp-module-test:1', ...args })
  return (task.module.apply(task.args, state) as readonly ShellStep[]).map(({ script }) => script)
}

const running = () => ({ ...plain(), name: 'web' })

describe('docker, what differs', () => {
  it('finds nothing where every option is as asked for', () => {
    assert.deepEqual(changes({}), [])
  })

  it('does not compare what is not asked for', () => {
    const task = docker('it', { name: 'rp-module-test-full', image: 'rp-module-test:1', state: 'stopped' })
    assert.deepEqual(planOf(task, there(everything())), {
      changes: [],
      because: 'stopped, rp-module-test:1',
    })
  })

  it('names each option that differs, and the one key of those that have keys', () => {
    const different: Partial<ContainerArgs> = {
      command: ['sleep', '200'],
      env: { TZ: 'UTC', A: '2', NEW: 3 },
      volumes: [{ source: '/tmp', target: '/x' }],
      ports: ['80:80'],
      healthcheck: { command: 'false', interval: 10 },
      logging: { driver: 'json-file', options: { 'max-size': '20m' } },
      memory: '1g',
      devices: [],
    }
    assert.deepEqual(changes(different), [
      { what: 'command', from: ['sleep', '100'], to: ['sleep', '200'] },
      { what: 'env.A', from: 'b=c d', to: '2' },
      { what: 'env.NEW', from: 'absent', to: '3' },
      {
        what: 'volumes',
        from: ['/srv:/srv:ro', '/tmp:/x:ro', 'rp-module-test-v:/v'],
        to: ['/tmp:/x'],
      },
      { what: 'ports', from: ['127.0.0.1:8080:80/tcp', '127.0.0.1::82/udp', '81/tcp'], to: ['80:80/tcp'] },
      { what: 'devices', from: ['/dev/net/tun:/dev/net/tun:rwm'], to: [] },
      { what: 'healthcheck.command', from: 'true', to: 'false' },
      { what: 'logging.max-size', from: '10m', to: '20m' },
      { what: 'memory', from: 536_870_912, to: 1_073_741_824 },
    ])
  })

  it('notices an option that was asked for before and is not any more', () => {
    const before = everything()
    const container = {
      ...before,
      config: { ...before.config, Labels: { [SPEC_LABEL]: 'env.TZ user env.A%20b %zz' } },
    }
    const { user: _, labels: __, ...args } = everyOption
    assert.deepEqual(planOf(docker('it', args), there(container)).changes, [
      { what: 'user', from: '1000:1000', to: 'default' },
      { what: 'env.A b', from: 'set', to: 'default' },
      { what: '%zz', from: 'set', to: 'default' },
    ])
  })

  it('replaces a container whose image has got a new content, or another name', () => {
    const newer = there(everything(), { image: imageTwo() })
    assert.deepEqual(changes({}, newer), [{ what: 'image', from: 'e35a0943e198', to: '269c2e4fe8b5' }])
    assert.deepEqual(changes({ image: 'rp-module-test:2' }, newer), [
      { what: 'image', from: 'rp-module-test:1', to: 'rp-module-test:2' },
    ])
    const untagged = there(everything(), { image: undefined })
    assert.deepEqual(changes({ image: 'docker.io/library/rp-module-test:1' }, untagged), [])
    assert.equal(changes({ image: 'rp-module-test:3' }, untagged).length, 1)
  })

  it('takes a container that Docker is restarting for a running one', () => {
    assert.deepEqual(changes({ state: 'running' }, there({ ...everything(), status: 'restarting' })), [])
    assert.deepEqual(changes({ state: 'running' }, there({ ...everything(), status: 'paused' })), [
      { what: 'state', from: 'paused', to: 'running' },
    ])
  })
})

describe('docker, what somebody else made', () => {
  const wants = (args: Partial<ContainerArgs>, container = foreign()) =>
    planOf(docker('it', { name: container.name, image: 'rp-module-test:1', ...args }), there(container))

  it('is an error in words when it would be changed, in a dry run too', () => {
    for (const args of [{ user: '1' }, { memory: '1m' }, { state: 'stopped' }] as const)
      assert.throws(() => wants(args), {
        code: 'E_FOREIGN_CONTAINER',
        message:
          'the container rp-module-test-plain was not made by run-playbook (image rp-module-test:1, created 2026-11-22 20:18 UTC)',
      })
    const gone = docker('it', { name: 'rp-module-test-plain', state: 'absent' })
    assert.throws(() => planOf(gone, there(foreign())), { code: 'E_FOREIGN_CONTAINER' })
  })

  it('is used as it is when nothing differs, and changed when the task adopts it', () => {
    assert.deepEqual(wants({}).changes, [])
    assert.equal(wants({ user: '1', adopt: true }).changes.length, 1)
    const gone = docker('it', { name: 'rp-module-test-plain', state: 'absent', adopt: true })
    assert.equal(planOf(gone, there(foreign())).changes.length, 1)
  })
})

describe('docker, what is done', () => {
  it('creates and starts', () => {
    const [create, start, watch] = scripts({ env: { A: `it's` }, command: ['sleep', '1'] }, nowhere())
    assert.equal(
      create,
      `docker create --name web --env 'A=it'\\''s' --label '${SPEC_LABEL}=command env.A' rp-module-test:1 sleep 1`,
    )
    assert.equal(start, 'docker start web')
    assert.match(watch!, /docker logs --tail 20 web/)
    assert.equal(scripts({ state: 'stopped' }, nowhere()).length, 1)
  })

  it('makes the new container before it stops the old one, and can go back', () => {
    const [create, swap] = scripts({ user: '1', stopTimeout: 60 }, there(running()))
    assert.match(create!, /^docker create --name web\.run-playbook-new .*rp-module-test:1$/)
    assert.equal(
      swap,
      `set -e
docker stop -t 60 web
docker rename web web.run-playbook-old
docker rename web.run-playbook-new web
docker start web || {
  docker rm --force web
  docker rename web.run-playbook-old web && docker start web
  exit 1
}
docker rm web.run-playbook-old`,
    )
  })

  it('changes limits, restart policy and networks while the container runs', () => {
    const live = { memory: '1m', cpus: 0.5, restart: 'always', networks: ['backend'] } as const
    assert.deepEqual(scripts(live, there(running())), [
      'docker update --restart always --memory 1048576 --memory-swap 2097152 --cpus 0.5 web',
      'docker network connect backend web',
    ])
  })

  it('starts, unpauses and stops', () => {
    assert.equal(scripts({}, there({ ...running(), status: 'exited' }))[0], 'docker start web')
    assert.deepEqual(scripts({}, there({ ...running(), status: 'paused' })), ['docker unpause web'])
    assert.deepEqual(scripts({ state: 'stopped' }, there({ ...running(), status: 'paused' })), [
      'docker unpause web\ndocker stop web',
    ])
  })

  it('removes the container and what a run that was cut short left', () => {
    const task = docker('it', { name: 'web', state: 'absent', stopTimeout: 5 })
    const left = there(running(), { old: plain(), next: plain() })
    const steps = task.module.apply(task.args, left) as readonly ShellStep[]
    assert.deepEqual(
      steps.map(({ script }) => script),
      [
        'docker rm --force web.run-playbook-new',
        'docker stop web.run-playbook-old && docker rm web.run-playbook-old',
        'docker stop -t 5 web\ndocker rm --force web',
      ],
    )
    assert.deepEqual(planOf(task, nowhere()), { changes: [], because: 'not there' })
  })
})

describe('docker, what it says it touches and leaves', () => {
  const effects = (args: Partial<ContainerArgs>, state: ContainerState) => {
    const task = docker('it', { name: 'web', image: 'rp-module-test:1', ...args })
    return {
      touches: touchesOf(task, state),
      leaves: planOf(task, state).leaves!.map(({ question }) => question.key),
    }
  }

  it('touches what it may write to, and foretells all but the new container', () => {
    const mounts = [
      { source: '/data', target: '/data' },
      { source: '/etc/web', target: '/etc/web', readOnly: true },
      { source: 'cache', target: '/cache' },
    ]
    const { touches, leaves } = effects({ volumes: mounts }, nowhere())
    assert.deepEqual(touches, [
      containers.at('web'),
      containers.at('web.run-playbook-old'),
      containers.at('web.run-playbook-new'),
      served.all,
      paths.below('/data'),
      volumes.at('cache'),
    ])
    // What the engine sees of the paths that it mounts is the same afterwards, for other containers that mount them.
    assert.deepEqual(leaves, [
      'web.run-playbook-old',
      'web.run-playbook-new',
      'rp-module-test:1',
      '/data',
      '/etc/web',
    ])
  })

  it('does not know the image that Docker pulls', () => {
    const { touches, leaves } = effects({}, nowhere({ image: undefined }))
    assert.ok(touches.some((one) => overlaps(one, images.at('rp-module-test:1'))))
    assert.ok(!leaves.includes('rp-module-test:1'))
  })

  it('foretells the container that it keeps', () => {
    assert.ok(effects({ memory: '1m' }, there(running())).leaves.includes('web'))
    assert.ok(!effects({ user: '1' }, there(running())).leaves.includes('web'))
  })

  it('touches everything when the program is root on the host', () => {
    const socket = { source: '/var/run/docker.sock', target: '/docker.sock', readOnly: true }
    for (const might of [{ privileged: true }, { capAdd: ['NET_ADMIN'] }, { volumes: [socket] }]) {
      assert.deepEqual(effects(might, nowhere()).touches, [EVERYTHING])
    }
  })

  it('touches no more with some of the capabilities that every container has', () => {
    const few = { capDrop: ['ALL'], capAdd: ['CHOWN', 'setuid', 'CAP_KILL'] }
    assert.deepEqual(effects(few, nowhere()).touches, effects({}, nowhere()).touches)
    const now = running()
    const made = { ...now, host: { ...now.host, CapAdd: ['CAP_CHOWN'] } }
    assert.ok(!effects({ user: '1' }, there(made)).touches.includes(EVERYTHING))
  })
})

describe('docker, what it refuses', () => {
  const refused: [string, object, RegExp][] = [
    ['a misspelled option', { imag: 'x' }, /there is no argument imag: did you mean image\?/],
    [
      'a secret in env',
      { env: { PASSWORD: new Secret('pw', 'correct horse') } },
      /env\.PASSWORD: is a secret.*mount/,
    ],
    [
      'a secret that was printed',
      { env: { PASSWORD: `${new Secret('pw', 'correct horse')}` } },
      /is a secret/,
    ],
    ['a secret among the words', { command: ['x', `${new Secret('pw', 'correct horse')}`] }, /is a secret/],
    ['a range of ports', { ports: ['80-90:80-90'] }, /ports\.0: must look like/],
    ['a port that is none', { ports: ['70000:80'] }, /ports\.0: must look like/],
    ['ports on the host network', { ports: ['80:80'], network: 'host' }, /ports: network 'host'/],
    ['a size without a unit', { memory: '512' }, /memory: must be/],
    ['a made-up restart policy', { restart: 'sometimes' }, /restart: must be/],
    ['our labels', { labels: { [SPEC_LABEL]: '' } }, /labels/],
    [
      'a soft limit above the hard one',
      { ulimits: { nofile: { soft: 2, hard: 1 } } },
      /ulimits\.nofile: .*soft/,
    ],
    ['no name of a limit', { ulimits: { RLIMIT_NOFILE: 1 } }, /ulimits.*no name of a limit/],
    [
      'no name of a kernel setting',
      { sysctls: { somaxconn: 1 } },
      /sysctls.*not the name of a kernel setting/,
    ],
    ['no image', { image: undefined }, /image: is missing/],
    ['options of what should be absent', { state: 'absent' }, /image: means nothing/],
  ]
  for (const [what, args, message] of refused) {
    it(what, () => {
      assert.throws(() => docker('it', { name: 'web', image: 'web', ...args } as ContainerArgs), message)
    })
  }
})
