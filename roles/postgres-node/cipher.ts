import { UserError, ask, defineModule, paths, readerOfOne, sh, z } from 'run-playbook'

const FOUND = ['none', 'plain', 'encrypted'] as const
type Repository = (typeof FOUND)[number]

/**
 * Refuses to turn encryption on or off for a repository that is there already: pgBackRest could then neither read it nor
 * archive to it.
 */
export const repositoryCipher = defineModule({
  name: 'repository_cipher',
  args: z.strictObject({ backupDir: z.string(), encrypt: z.boolean() }),
  probe: ({ backupDir }) => ask(reader, backupDir),
  plan: ({ backupDir, encrypt }, is) => {
    if (is === 'none') return { changes: [], because: 'there is no repository yet' }
    if (encrypt === (is === 'encrypted')) return { changes: [], because: `the repository is ${is}` }
    throw new UserError(
      'E_REPOSITORY_CIPHER',
      `the repository in ${backupDir} is ${encrypt ? 'not encrypted' : 'encrypted'}, but \`encrypt\` is ${encrypt}`,
      {
        hint: `The encryption of a repository cannot be changed. To start a new one on this node and keep the old one: docker stop pgbackrest postgres && mkdir ${backupDir}/aside && mv ${backupDir}/archive ${backupDir}/backup ${backupDir}/aside/, then run-playbook site -l with this node. Nothing was changed.`,
      },
    )
  },
  apply: () => [],
  touches: () => [],
})

// What OpenSSL's format begins with. Either of pgBackRest's two copies tells.
const reader = readerOfOne<Repository>({
  name: 'repository-cipher',
  ask: (dir) => sh`
    for f in ${dir}/archive/main/archive.info ${dir}/archive/main/archive.info.copy; do
      [ ! -s "$f" ] || break
    done
    if [ ! -s "$f" ]; then echo none
    elif [ "$(head -c 8 "$f" | tr -d '\\000')" = Salted__ ]; then echo encrypted
    else echo plain; fi`,
  parse: ({ stdout }) => z.enum(FOUND).parse(stdout.toString().trim()),
  sees: (dir) => [paths.below(dir)],
})
