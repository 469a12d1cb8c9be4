import { UserError, ask, defineModule, images, paths, readerOfOne, sh, z } from 'run-playbook'

/** What an image has of what a node needs, and which data it is for. */
export interface ImageContents {
  /** False while the image is not on the host. */
  readonly present: boolean
  /** What is missing, in words. */
  readonly missing: readonly string[]
  /** The version of PostgreSQL in the image, such as `17.2`; undefined without one. */
  readonly postgres: string | undefined
  /** The major version of the data on the node; undefined without data. */
  readonly data: string | undefined
}

const PROGRAMS = ['postgres', 'pg_basebackup', 'pg_rewind', 'psql', 'pgbackrest', 'tini', 'jq']
const FILES = [
  'entrypoint.sh',
  'healthcheck.sh',
  'handover.sh',
  'backup',
  'backup-service',
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
echo "postgres $(postgres --version 2>/dev/null)"
echo looked`

const reader = readerOfOne<ImageContents>({
  name: 'postgres_image_contents',
  ask: (key) => {
    const [image = '', dataDir = ''] = JSON.parse(key) as string[]
    return sh`docker image inspect -f 'entrypoint {{json .Config.Entrypoint}}' ${image} 2>/dev/null || { echo absent; exit 0; }
docker run --rm --pull never --network none --read-only --label run-playbook.ours=yes --entrypoint sh ${image} -c ${LOOK} </dev/null
if [ -r ${dataDir}/pgdata/PG_VERSION ]; then echo "data $(cat ${dataDir}/pgdata/PG_VERSION)"; fi`
  },
  parse: ({ stdout }) => {
    const lines = stdout.toString().split('\n')
    const after = (word: string) =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    const looked = lines.includes('looked')
    const entrypoint = after('entrypoint')[0]?.includes('entrypoint.sh')
    return {
      present: !lines.includes('absent'),
      missing: [
        ...(looked ? inWords(after('missing')) : ['a shell (sh) that runs in it']),
        ...(entrypoint ? [] : ['the entrypoint entrypoint.sh']),
      ],
      postgres: /(\d+(?:\.\d+)*)/.exec(after('postgres')[0] ?? '')?.[0],
      data: after('data')[0]?.trim(),
    }
  },
  sees: (key) => {
    const [image = '', dataDir = ''] = JSON.parse(key) as string[]
    return [images.at(image), paths.at(`${dataDir}/pgdata/PG_VERSION`)]
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
 * @throws UserError E_NO_IMAGE, E_BAD_IMAGE for what it lacks, E_IMAGE_VERSION for data of another major version
 */
export const imageContents = defineModule({
  name: 'postgres_image_contents',
  args: z.strictObject({
    /** Name of the image. */
    image: z.string(),
    /** Folder of the node's data. */
    dataDir: z.string(),
  }),
  probe: ({ image, dataDir }) => ask(reader, JSON.stringify([image, dataDir])),
  plan: ({ image, dataDir }, { present, missing, postgres, data }) => {
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
    if (postgres !== undefined && data !== undefined && postgres.split('.')[0] !== data)
      throw new UserError(
        'E_IMAGE_VERSION',
        `the image ${image} has PostgreSQL ${postgres}, and the data in ${dataDir} are of PostgreSQL ${data}`,
        { hint: `Use an image with PostgreSQL ${data}.` },
      )
    return { changes: [], because: `PostgreSQL ${postgres}` }
  },
  apply: () => [],
  touches: () => [],
})
