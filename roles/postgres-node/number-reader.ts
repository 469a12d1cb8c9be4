import { groups, images, paths, readerOfOne, sh, users } from 'run-playbook'

/** Where the number is looked for. */
export interface NumberOf {
  /** Name of the image. */
  readonly image: string
  /** Folder of the node's data, whose owner counts for more than the image. */
  readonly dataDir: string
}

/** The number that postgres has in the containers of a node, and who has it on the host. */
export interface PostgresNumber {
  /** Undefined where neither data nor the image say it. */
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Names of the users and groups of the host that have these numbers. */
  readonly users: readonly string[]
  readonly groups: readonly string[]
  /** Whether the host has programs that make users. */
  readonly tools: boolean
}

/** The data come first, because an upgrade keeps them. Only a node without data has the image asked. */
export const numberReader = readerOfOne<PostgresNumber>({
  name: 'postgres_number',
  ask: (key) => {
    const [image = '', dataDir = ''] = JSON.parse(key) as string[]
    return sh`PATH=$PATH:/usr/sbin:/sbin
d=${dataDir}/pgdata
if [ -e "$d/global/pg_control" ]; then ids=$(stat -c '%u %g' "$d")
elif docker image inspect ${image} >/dev/null 2>&1; then
  ids=$(docker run --rm --pull never --network none --read-only --label run-playbook.ours=yes --entrypoint sh ${image} \
    -c ${LOOK} </dev/null 2>/dev/null)
else ids=
fi
holders() {
  { cat "/etc/$1" 2>/dev/null; ! command -v getent >/dev/null || getent "$1" "$2" </dev/null; } |
    awk -F: -v id="$2" -v word="$1" '$3 == id && !seen[$1]++ { print word, $1 }'
}
set -- $ids
echo "ids $*"
[ $# -ne 2 ] || { holders passwd "$1"; holders group "$2"; }
if command -v useradd >/dev/null || command -v adduser >/dev/null; then echo tools; fi
exit 0`
  },
  parse: ({ stdout }) => {
    const lines = stdout.toString().split('\n')
    const [, uid, gid] = lines.map((line) => /^ids (\d{1,10}) (\d{1,10})$/.exec(line)).find(Boolean) ?? []
    const after = (word: string) =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    return {
      uid: uid === undefined ? undefined : Number(uid),
      gid: gid === undefined ? undefined : Number(gid),
      users: after('passwd'),
      groups: after('group'),
      tools: lines.includes('tools'),
    }
  },
  sees: (key) => {
    const [image = '', dataDir = ''] = JSON.parse(key) as string[]
    return [
      images.at(image),
      paths.at(`${dataDir}/pgdata`),
      paths.at(`${dataDir}/pgdata/global/pg_control`),
      users.all,
      groups.all,
      ...ACCOUNTS,
    ]
  },
})

export const numberKey = ({ image, dataDir }: NumberOf): string => JSON.stringify([image, dataDir])

const LOOK = "sed -n 's/^postgres:[^:]*:\\([0-9]*\\):\\([0-9]*\\):.*/\\1 \\2/p' /etc/passwd"

/** Where the host keeps users and groups. */
export const ACCOUNTS = ['passwd', 'group', 'shadow', 'gshadow'].map((name) => paths.at(`/etc/${name}`))
