import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { ensureEngine } from '../../docker/lab/engine.ts'
import { withMachineLock } from '../../docker/lab/lock.ts'
import { sayNothing } from '../../docker/lab/step.ts'
import type { Task } from '../../lib/core/task.ts'
import { type ContainerArgs, type ContainerState, docker } from '../../lib/modules/docker/index.ts'
import { type Done, converge, observe, planOf, run } from '../unit/modules/driver.ts'
import { install } from '../support/install.ts'
import { anyContainer } from './any-container.ts'

const NAME = 'rp-module-test'
const BUSYBOX = '/bin/busybox'

describe('Docker, a real engine', function () {
  this.timeout(900_000)
  let shell: readonly string[] = []
  let folder = ''

  const must = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await run(shell, { script })
    assert.equal(code, 0, `${script}\n${stderr.toString()}`)
    return stdout.toString().trim()
  }
  const containers = () => must(`docker ps --all --filter name=${NAME} --format '{{.Names}} {{.State}}'`)

  /** Applied once it is as wanted, and what was foretold has come true. */
  const reach = async (task: Task, through = shell): Promise<Done> => {
    const done = await converge(task, through)
    assert.deepEqual(done.left, [])
    assert.deepEqual(done.wrong, [])
    const after = await observe(shell, task.module.probe(task.args))
    if (task.module.verify === undefined) assert.deepEqual(planOf(task, after).changes, [])
    return done
  }
  const web = (args: Partial<ContainerArgs> = {}): Task =>
    docker('it', { name: `${NAME}-web`, image: `${NAME}:1`, stopTimeout: 0, ...args })

  before(async () => {
    install('/bin/busybox', 'busybox')
    const engine = await withMachineLock(() => ensureEngine(sayNothing))
    shell = ['env', ...Object.entries(engine.env).map(([name, value]) => `${name}=${value}`), 'sh']
    folder = await mkdtemp(join(tmpdir(), 'run-playbook-docker-'))
    await must(`set -e
      root=${folder}/root
      for file in ${BUSYBOX} $(ldd ${BUSYBOX} | grep -o '/[^ ]*' || :); do
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
      done
      mkdir -p "$root/bin" && cd "$root/bin"
      for tool in sh sleep true echo ls test; do ln -s ${BUSYBOX} $tool; done
      for tag in 1 2; do
        tar -c -C "$root" . | docker import --change 'CMD ["sleep","1000"]' --change "LABEL run-playbook-module-test=$tag" - ${NAME}:$tag
      done`)
  })

  afterEach(async () => {
    if (folder === '') return
    await must(`docker ps --all --quiet --filter name=${NAME} | xargs -r docker rm --force
      docker network ls --quiet --filter name=${NAME} | xargs -r docker network rm
      docker volume ls --quiet --filter name=${NAME} | xargs -r docker volume rm`)
  })

  after(async () => {
    if (folder === '') return
    // The first form of the image that was built twice has lost its name, but not the label of our base image.
    await must(`docker image prune --force --filter label=run-playbook-module-test
      docker image ls --format '{{.Repository}}:{{.Tag}}' --filter reference='${NAME}*' | xargs -r docker image rm --force`)
    await rm(folder, { recursive: true })
  })

  it('brings a container from one form to the next, and finds nothing to do in between', async () => {
    const data = docker.volume('it', { name: `${NAME}-volume` })
    const backend = docker.network('it', { name: `${NAME}-net`, internal: true })
    await reach(data)
    await reach(backend)
    const volumes = [{ source: `${NAME}-volume`, target: '/data' }]
    const idOf = ({ after }: Done): string => (after as ContainerState).container!.id
    const first = await reach(web({ volumes, env: { A: 1 } }))
    const same = [
      { memory: '64m', restart: 'always' },
      { networks: [`${NAME}-net`] },
      { state: 'stopped' },
    ] as const
    for (const more of same)
      assert.equal(idOf(await reach(web({ volumes, env: { A: 1 }, ...more }))), idOf(first))
    const replaced = await reach(web({ volumes }))
    assert.notEqual(idOf(replaced), idOf(first))
    assert.deepEqual(
      replaced.changes.map(({ what }) => what),
      ['env.A', 'state'],
    )
    await reach(web({ volumes, image: `${NAME}:2` }))
    await reach(docker.restart('it', { name: `${NAME}-web`, stopTimeout: 0 }))
    assert.equal(await containers(), `${NAME}-web running`)
    await reach(docker('it', { name: `${NAME}-web`, state: 'absent' }))
    assert.equal(await containers(), '')
    await reach(docker.network('it', { name: `${NAME}-net`, state: 'absent' }))
    await reach(docker.volume('it', { name: `${NAME}-volume`, state: 'absent' }))
  })

  it('reads back all that may be asked for as it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(anyContainer, async (options) => {
        await reach(docker('it', { name: `${NAME}-any`, image: `${NAME}:1`, state: 'stopped', ...options }))
      }),
      { numRuns: 25 },
    )
  })

  it('converges after being killed between any two commands of a replacement', async () => {
    const real = await must('command -v docker')
    const count = join(folder, 'count')
    // Inspecting is not counted; the command after the last allowed one kills the shell that runs the step.
    await writeFile(
      join(folder, 'docker'),
      `#!/bin/sh
case "$1 $2" in 'container inspect' | 'image inspect') exec ${real} "$@" ;; esac
echo >>${count}
[ $(wc -l <${count}) -le "$LIMIT" ] || { kill -9 $PPID; exit 137; }
exec ${real} "$@"
`,
      { mode: 0o755 },
    )
    for (let limit = 0, finished = false; !finished; limit += 1) {
      assert.ok(limit < 20)
      await reach(web({ env: { A: 1 } }))
      await writeFile(count, '')
      const [env = '', ...rest] = shell
      const deadly = [env, `PATH=${folder}:${process.env['PATH']}`, `LIMIT=${limit}`, ...rest]
      finished = await reach(web({ env: { A: 2 } }), deadly).then(
        () => true,
        () => false,
      )
      assert.equal(finished || (await readFile(count, 'utf8')).length > limit, true)
      await reach(web({ env: { A: 2 } }))
      assert.equal(await containers(), `${NAME}-web running`, `killed after ${limit}`)
    }
  })

  it('keeps the old container when the new one cannot be made or started', async () => {
    const first = await reach(web())
    await assert.rejects(reach(web({ user: 'nobody-here:x', image: `${NAME}:none` })), /none/)
    await assert.rejects(reach(web({ entrypoint: '/none' })), /no such file/)
    const { after } = await reach(web())
    assert.equal((after as ContainerState).container?.id, (first.after as ContainerState).container?.id)
    assert.equal(await containers(), `${NAME}-web running`)
  })

  it('shows the last words of a program that ends at once, or a moment later', async () => {
    for (const moment of ['0', '0.2'])
      await assert.rejects(
        reach(web({ command: ['sh', '-c', `sleep ${moment}; echo I give up; exit 3`] })),
        /I give up/,
        moment,
      )
  })

  it('knows an archived image before it is sent, and builds one from a folder', async () => {
    const archive = join(folder, 'image.tar.gz')
    await must(`docker save ${NAME}:2 | gzip >${archive} && docker image rm ${NAME}:2`)
    const { steps } = await reach(docker.image('it', { name: `${NAME}:2`, archive }))
    assert.deepEqual(steps, [
      { script: 'docker load --quiet', stdin: { file: archive }, timeoutMs: 3_600_000 },
    ])
    await reach(docker.image('it', { name: `${NAME}-other`, archive }))
    await reach(docker.image('it', { name: `${NAME}-other`, state: 'absent' }))

    const context = await mkdtemp(join(folder, 'context-'))
    await writeFile(
      join(context, 'Dockerfile'),
      `FROM ${NAME}:1\nCOPY . /in\nRUN ls /in/it && test ! -e /in/a.log\n`,
    )
    await writeFile(join(context, '.dockerignore'), '*.log\n')
    for (const name of ['it', 'a.log']) await writeFile(join(context, name), '')
    await reach(docker.image('it', { name: `${NAME}-built`, build: { context } }))
    await writeFile(join(context, 'it'), 'changed')
    const { changes } = await reach(docker.image('it', { name: `${NAME}-built`, build: { context } }))
    assert.equal(changes.length, 1)
  })
})
