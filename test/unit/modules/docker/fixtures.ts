import { readFileSync } from 'node:fs'
import type { Reader, Reply } from '../../../../lib/core/probe.ts'
import {
  type DockerContainer,
  type DockerImage,
  dockerContainer,
  dockerImage,
} from '../../../../lib/modules/docker/shared/reader.ts'
import { SPEC_LABEL } from '../../../../lib/modules/docker/shared/ownership.ts'
import type { ContainerState } from '../../../../lib/modules/docker/container/state.ts'

/** What an engine answered, recorded from Docker 20.10.24. */
export function recorded(name: string): Record<string, unknown>[] {
  const file = new URL(`../../fixtures/docker-20.10/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[]
}

/** As `docker … inspect --format '{{json .}}'` prints things, with what it says of those that are missing. */
export const inspected = (things: readonly object[], stderr = ''): Reply => ({
  code: stderr === '' ? 0 : 1,
  stdout: Buffer.from(things.map((thing) => `${JSON.stringify(thing)}\n`).join('')),
  stderr: Buffer.from(stderr),
})

export function read<Answer>(reader: Reader<Answer>, key: string, things: readonly object[]): Answer {
  const [answer] = reader.parse(inspected(things), [key])
  if (answer instanceof Error) throw answer
  return answer as Answer
}

/** As one that the module made: it has our label. */
const ours = (container: DockerContainer): DockerContainer => ({
  ...container,
  config: { ...container.config, Labels: { ...container.config.Labels, [SPEC_LABEL]: '' } },
})

/** A container with every option, made by `docker create` with the flags of {@link everyOption}. */
export const everything = (): DockerContainer =>
  ours(read(dockerContainer, 'rp-module-test-full', recorded('container-all-options'))!)

/** `docker run -d --name rp-module-test-plain rp-module-test:1` */
export const plain = (): DockerContainer => ours(foreign())

/** The same as somebody else made it. */
export const foreign = (): DockerContainer =>
  read(dockerContainer, 'rp-module-test-plain', recorded('container-defaults'))!

export const imageOne = (): DockerImage => read(dockerImage, 'rp-module-test:1', recorded('images'))!
export const imageTwo = (): DockerImage => read(dockerImage, 'rp-module-test:2', recorded('images'))!

/** What is asked for is there: the state of a host where `container` was made. */
export const there = (container: DockerContainer, rest: Partial<ContainerState> = {}): ContainerState => ({
  container,
  image: imageOne(),
  old: undefined,
  next: undefined,
  ...rest,
})

export const nowhere = (rest: Partial<ContainerState> = {}): ContainerState => ({
  container: undefined,
  image: imageOne(),
  old: undefined,
  next: undefined,
  ...rest,
})

export const everyOption = {
  name: 'rp-module-test-full',
  image: 'rp-module-test:1',
  state: 'stopped',
  command: ['sleep', '100'],
  env: { TZ: 'UTC', A: 'b=c d' },
  volumes: [
    { source: '/tmp', target: '/x', readOnly: true },
    { source: 'rp-module-test-v', target: '/v' },
    { source: '/srv', target: '/srv', readOnly: true },
  ],
  ports: ['127.0.0.1:8080:80', 81, '127.0.0.1::82/udp'].map(String),
  network: 'rp-module-test-n',
  networks: ['bridge'],
  restart: 'on-failure:5',
  init: true,
  shmSize: '256m',
  stopTimeout: 60,
  stopSignal: 'SIGINT',
  user: '1000:1000',
  workdir: '/x',
  labels: { l: '1' },
  capAdd: ['NET_ADMIN'],
  capDrop: ['cap_mknod'],
  privileged: false,
  devices: ['/dev/net/tun'],
  tmpfs: { '/t': 'size=1m', '/u': '' },
  healthcheck: { command: 'true', interval: 10, retries: 3 },
  hostname: 'hh',
  extraHosts: { a: '1.2.3.4' },
  logging: { driver: 'json-file', options: { 'max-size': '10m' } },
  memory: '512m',
  cpus: 0.5,
} as const
