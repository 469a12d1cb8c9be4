import fc from 'fast-check'
import type { ContainerOptions } from '../../lib/modules/docker/index.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/)
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !/[\0\r\n]/.test(one))
const path = word.map((name) => `/${name}`)
const port = fc.integer({ min: 1024, max: 65_535 })

const mapping = fc.record(
  {
    container: port,
    host: port,
    ip: fc.constantFrom('127.0.0.1', '::1', '0.0.0.0'),
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
  },
  { requiredKeys: ['container'] },
)

const mount = fc.record(
  { source: fc.constantFrom('/srv', '/tmp', 'rp-module-test-volume'), target: path, readOnly: fc.boolean() },
  { requiredKeys: ['source', 'target'] },
)

/** Whatever may be asked of a container and needs nothing of the machine. */
export const anyContainer: fc.Arbitrary<ContainerOptions> = fc.record(
  {
    command: fc.array(text, { minLength: 1, maxLength: 3 }),
    entrypoint: path,
    env: fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
    volumes: fc.uniqueArray(mount, { selector: ({ target }) => target, maxLength: 3 }),
    ports: fc.uniqueArray(mapping, { selector: ({ container }) => container, maxLength: 3 }),
    restart: fc.constantFrom(...(['no', 'always', 'unless-stopped', 'on-failure', 'on-failure:3'] as const)),
    init: fc.boolean(),
    shmSize: fc.constantFrom('1m' as const, '256m' as const, 65_536),
    stopTimeout: fc.nat(300),
    stopSignal: fc.constantFrom('SIGINT', 'SIGRTMIN+3', '2'),
    user: fc.constantFrom('0', '1000:1000', 'nobody'),
    workdir: path,
    labels: fc.dictionary(word, text, { maxKeys: 3 }),
    capAdd: fc.subarray(['NET_ADMIN', 'CAP_SYS_TIME']),
    capDrop: fc.subarray(['MKNOD', 'ALL']),
    securityOpt: fc.subarray(['no-new-privileges:true', 'apparmor=unconfined']),
    pidsLimit: fc.integer({ min: 16, max: 4096 }),
    ulimits: fc.constantFrom(
      { nofile: 4096 },
      { nofile: { soft: 1024, hard: 2048 }, core: 0 },
      { core: -1 },
      {},
    ),
    sysctls: fc.constantFrom({ 'net.ipv4.ip_unprivileged_port_start': 80 }, {}),
    devices: fc.subarray(['/dev/null', '/dev/zero:/dev/nothing', '/dev/full:/dev/full:r']),
    tmpfs: fc.dictionary(path, fc.constantFrom('', 'size=1m'), { maxKeys: 2 }),
    healthcheck: fc.oneof(
      fc.constant('none' as const),
      fc.record(
        {
          command: fc.constantFrom('true', `test -f '/a b'`),
          interval: fc.constantFrom(1, 0.5, 90),
          retries: fc.integer({ min: 1, max: 9 }),
        },
        { requiredKeys: ['command'] },
      ),
    ),
    hostname: fc.stringMatching(/^[a-z]{1,12}$/),
    extraHosts: fc.dictionary(word, fc.constantFrom('192.0.2.1', '192.0.2.2'), { maxKeys: 2 }),
    logging: fc.record({
      driver: fc.constant('json-file'),
      options: fc.constantFrom({ 'max-size': '1m' }, {}),
    }),
    memory: fc.constantFrom('64m' as const, '1g' as const, 50_000_000),
    cpus: fc.constantFrom(0.5, 1, 1.25),
  },
  { requiredKeys: [] },
)
