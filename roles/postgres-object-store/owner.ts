import { UserError, ask, defineModule, images, paths, readerOfOne, sh, z } from 'run-playbook'
import { OBJECT_STORE, OBJECT_STORE_CA, SECRETS } from 'run-playbook/cluster'

const args = z.strictObject({ image: z.string(), systemId: z.string(), restoring: z.boolean() })

/**
 * Looks whose backups are in this node's place in the object store, and refuses those of others: a name of a bucket and a path is no proof that
 * they are ours. A store that cannot be asked stops nothing; the status says what is wrong with it.
 */
export const objectStoreOwner = defineModule({
  name: 'object_store_owner',
  args,
  probe: ({ image }) => ask(reader, image),
  plan: ({ systemId, restoring }, found) => {
    const [state = '', ...words] = found.split(' ')
    if (state === 'foreign' && !restoring) throw refused(words.join(' '))
    if (state === 'cluster') {
      const [theirs = '', backups = '0'] = words
      if (!restoring && systemId !== '' && theirs !== '' && theirs !== systemId)
        throw refused(
          `the place of this node in the object store has backups of another cluster (system identifier ${theirs}, that of this cluster is ${systemId})`,
        )
      if (systemId === '' && backups !== '0' && !restoring) throw lost(theirs)
      return {
        changes: [],
        because: `it has ${backups} backups of a cluster with the system identifier ${theirs}`,
      }
    }
    return { changes: [], because: WORDS[state] ?? `it does not say: ${words.join(' ')}` }
  },
  apply: () => [],
  touches: () => [],
})

const WORDS: Readonly<Record<string, string>> = {
  none: 'there is nothing in it yet',
  unknown: 'it is asked when the image and its configuration are on the node',
}

const refused = (why: string): UserError =>
  new UserError('E_OBJECT_STORE', why, {
    hint: "Nothing was changed in the store. Set another path in objectStore: run-playbook never writes to a place that has another cluster's backups.",
  })

const lost = (systemId: string): UserError =>
  new UserError(
    'E_LOST_CLUSTER',
    `the object store has backups of a cluster (system identifier ${systemId}), but no node has its data`,
    {
      hint: 'To restore it: run-playbook restore -e in-place=yes. To create a new cluster, set another path in objectStore.',
    },
  )

const reader = readerOfOne<string>({
  name: 'object-store-owner',
  ask: (image) => sh`c=${`${OBJECT_STORE}.asked`} a=${OBJECT_STORE_CA} s=${SECRETS} i=${image}
    if [ ! -s "$c" ] || [ -z "$(docker image ls -q "$i" 2>/dev/null)" ]; then echo unknown; exit 0; fi
    set --
    [ ! -s "$a" ] || set -- --mount "type=bind,source=$a,target=/etc/pgbackrest/object-store-ca.crt,readonly"
    timeout 50 docker run --rm --init --network host --tmpfs /run/run-playbook:size=4m,mode=0700 "$@" \
      --mount "type=bind,source=$c,target=/etc/pgbackrest/object-store.conf,readonly" \
      --mount "type=bind,source=$s,target=/run/secrets,readonly" "$i" object-store owner </dev/null || echo unknown`,
  parse: ({ stdout }) => stdout.toString().trim().split('\n').at(-1) ?? '',
  sees: (image) => [paths.at(`${OBJECT_STORE}.asked`), paths.below(SECRETS), images.at(image)],
})
