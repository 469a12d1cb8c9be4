import { UserError, ask, containers, defineModule, images, paths, readerOfOne, sh, z } from 'run-playbook'

/** What an image has of what a node needs, and which data it is for. */
export interface ImageContents {
  /** False while the image is not on the host. */
  readonly present: boolean
  /** A container runs with it, so what it contains fits. */
  readonly inUse: boolean
  /** What is missing, in words. */
  readonly missing: readonly string[]
  /** It can upgrade data of an earlier major version. */
  readonly upgrades: boolean
  /** The version of PostgreSQL in the image, such as `17.2`; undefined without one. */
  readonly postgres: string | undefined
  /** The major version of the data on the node; undefined without data. */
  readonly data: string | undefined
  /** Version of pgBackRest in the image. */
  readonly pgbackrest: string | undefined
  /** The user id of postgres, and the kind of C library: of the image, and what the data were made with. */
  readonly uid: { readonly image: string | undefined; readonly data: string | undefined }
  readonly libc: { readonly image: string | undefined; readonly data: string | undefined }
}

const PROGRAMS = ['postgres', 'pg_basebackup', 'pg_rewind', 'psql', 'pgbackrest', 'tini', 'jq', 'openssl']
const FILES = [
  'entrypoint.sh',
  'healthcheck.sh',
  'handover.sh',
  'backup',
  'backup-service',
  'backup-server',
  'drill',
  'repository',
  'restore',
].map((name) => `/usr/local/bin/${name}`)
const LIBRARY = '/usr/local/lib/run-playbook/common.sh'

// Run in the image, with nothing but its own files: no network, no mounts, nothing to write to.
const LOOK = `
for program in ${PROGRAMS.join(' ')}; do
  command -v "$program" >/dev/null 2>&1 || echo "missing program $program"
done
for file in ${[...FILES, LIBRARY].join(' ')}; do [ -r "$file" ] || echo "missing file $file"; done
grep -qs '^postgres:' /etc/passwd || echo 'missing user postgres'
grep -qs '^monitor:' /etc/passwd || echo 'missing user monitor'
[ ! -r /usr/local/bin/rehearse ] || [ ! -r /usr/local/bin/upgrade ] || ! command -v pg_upgrade >/dev/null 2>&1 || echo upgrades
echo "postgres $(postgres --version 2>/dev/null)"
echo "pgbackrest $(pgbackrest version 2>/dev/null)"
echo "uid $(sed -n 's/^postgres:[^:]*:\\([0-9]*\\):.*/\\1/p' /etc/passwd)"
if ls /lib/ld-musl-* >/dev/null 2>&1; then echo 'libc musl'; else echo 'libc glibc'; fi
echo looked`

const reader = readerOfOne<ImageContents>({
  name: 'postgres_image_contents',
  ask: (key) => {
    const [image = '', dataDir = '', container = ''] = JSON.parse(key) as string[]
    return sh`docker image inspect -f 'entrypoint {{json .Config.Entrypoint}}' ${image} 2>/dev/null || { echo absent; exit 0; }
runs=$(docker container inspect -f '{{.State.Status}} {{.Image}}' ${container} 2>/dev/null)
if [ "$runs" = "running $(docker image inspect -f '{{.Id}}' ${image})" ]; then echo inUse; exit 0; fi
docker run --rm --pull never --network none --read-only --label run-playbook.ours=yes --entrypoint sh ${image} -c ${LOOK} </dev/null
if [ -r ${dataDir}/pgdata/PG_VERSION ]; then echo "data $(cat ${dataDir}/pgdata/PG_VERSION)"; fi
if [ -e ${dataDir}/pgdata/global/pg_control ]; then
  echo "data-uid $(ls -ldn ${dataDir}/pgdata | tr -s ' ' | cut -d ' ' -f 3)"
  sed -n 's/^libc=/data-libc /p' ${dataDir}/node.state 2>/dev/null
fi
exit 0`
  },
  parse: ({ stdout }) => {
    const lines = stdout.toString().split('\n')
    const after = (word: string) =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    const looked = lines.includes('looked')
    const entrypoint = after('entrypoint')[0]?.includes('entrypoint.sh')
    return {
      present: !lines.includes('absent'),
      inUse: lines.includes('inUse'),
      missing: [
        ...(looked ? inWords(after('missing')) : ['a shell (sh) that runs in it']),
        ...(entrypoint ? [] : ['the entrypoint entrypoint.sh']),
      ],
      upgrades: lines.includes('upgrades'),
      postgres: /(\d+(?:\.\d+)*)/.exec(after('postgres')[0] ?? '')?.[0],
      data: after('data')[0]?.trim(),
      pgbackrest: /\d+(?:\.\d+)+/.exec(after('pgbackrest')[0] ?? '')?.[0],
      uid: { image: after('uid')[0], data: after('data-uid')[0] },
      libc: { image: after('libc')[0], data: after('data-libc')[0] },
    }
  },
  sees: (key) => {
    const [image = '', dataDir = '', container = ''] = JSON.parse(key) as string[]
    return [
      images.at(image),
      ...(container === '' ? [] : [containers.at(container)]),
      ...['pgdata/PG_VERSION', 'pgdata/global/pg_control', 'node.state'].map((name) =>
        paths.at(`${dataDir}/${name}`),
      ),
    ]
  },
})

// `the programs pgbackrest and jq`
function inWords(missing: readonly string[]): string[] {
  return ['program', 'file', 'user'].flatMap((kind) => {
    const names = missing
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => line.slice(kind.length + 1))
    const last = names.slice(-1).join('')
    if (names.length < 2) return names.map((name) => `the ${kind} ${name}`)
    return [`the ${kind}s ${names.slice(0, -1).join(', ')} and ${last}`]
  })
}

/**
 * Fails, in words, for an image that no node could run: by looking into it, in a dry run too. Changes nothing.
 *
 * @throws UserError E_NO_IMAGE, E_BAD_IMAGE for what it lacks, E_IMAGE_VERSION for data of another major version, E_IMAGE_DISK for
 *   data that another user or another kind of C library made
 */
export const imageContents = defineModule({
  name: 'postgres_image_contents',
  args: z.strictObject({
    /** Name of the image. */
    image: z.string(),
    /** Folder of the node's data. */
    dataDir: z.string(),
    /** Container that the image is not looked into for while it runs with it. */
    unlessInUse: z.string().optional(),
    /** Major version that the data are upgraded to with it: the image has to have that one, not the one of the data. */
    upgradeTo: z.int().optional(),
  }),
  probe: ({ image, dataDir, unlessInUse = '' }) => ask(reader, JSON.stringify([image, dataDir, unlessInUse])),
  plan: (
    { image, dataDir, unlessInUse, upgradeTo },
    { inUse, present, missing, upgrades, postgres, data, pgbackrest, uid, libc },
  ) => {
    if (inUse) return { changes: [], because: `the container ${unlessInUse} runs with it` }
    if (!present)
      throw new UserError('E_NO_IMAGE', `the image ${image} is not on the host`, {
        hint: 'Push it to a registry that the host can pull from, or load it there with `docker load`.',
      })
    if (missing.length > 0)
      throw new UserError(
        'E_BAD_IMAGE',
        `the image ${image} cannot run a node, because it lacks ${missing.join('; ')}`,
        {
          hint: 'Build it from docker/postgres of run-playbook with --build-arg BASE=…, or begin its Dockerfile with FROM run-playbook/postgres.',
        },
      )
    if (upgradeTo !== undefined) refuseUpgrade(image, upgradeTo, postgres, upgrades)
    else if (postgres !== undefined && data !== undefined && postgres.split('.')[0] !== data)
      throw new UserError(
        'E_IMAGE_VERSION',
        `the image ${image} has PostgreSQL ${postgres}, but the data in ${dataDir} is from PostgreSQL ${data}`,
        {
          hint: `Use an image with PostgreSQL ${data}, such as image: 'run-playbook/postgres:${data}' in inventory.ts.`,
        },
      )
    if (differ(uid))
      throw otherDisk(
        `in the image ${image} postgres is uid ${uid.image}, and the data in ${dataDir} belong to uid ${uid.data}`,
      )
    if (differ(libc))
      throw otherDisk(
        `the image ${image} has ${libc.image}, and the data in ${dataDir} were made with ${libc.data}, which sorts text differently`,
      )
    return { changes: [], because: `PostgreSQL ${postgres}, pgBackRest ${pgbackrest}` }
  },
  apply: () => [],
  touches: () => [],
})

function refuseUpgrade(image: string, to: number, postgres: string | undefined, upgrades: boolean): void {
  if (postgres?.split('.')[0] !== String(to))
    throw new UserError('E_IMAGE_VERSION', `the image ${image} has PostgreSQL ${postgres}, not ${to}`, {
      hint: `Name an image with PostgreSQL ${to}: -e to-image=NAME.`,
    })
  if (upgrades) return
  throw new UserError(
    'E_BAD_IMAGE',
    `the image ${image} cannot upgrade data, because it lacks pg_upgrade, /usr/local/bin/rehearse or /usr/local/bin/upgrade`,
    { hint: 'Build it again from docker/postgres of this version of run-playbook.' },
  )
}

const differ = ({ image, data }: ImageContents['uid']): boolean =>
  image !== undefined && image !== '' && data !== undefined && data !== '' && image !== data

const otherDisk = (message: string): UserError =>
  new UserError('E_IMAGE_DISK', message, {
    hint: 'Go back to the image that the data was created with. To change to this image, re-clone the nodes one at a time.',
  })
