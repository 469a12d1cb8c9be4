import type { Change } from '../../../core/change.ts'
import { type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { applyFetch } from './apply.ts'
import { type Fetch, type FetchArgs, args } from './args.ts'
import { planFetch } from './plan.ts'
import { operatorFiles } from './reader.ts'
import { type FetchState, probeFetch } from './state.ts'
import { rootOf } from './target.ts'

/**
 * Copies a file of the host to your machine. It is sent only if it differs from what is there, and it takes its place when it is
 * whole.
 *
 * As in Ansible, each host has a directory of its own below `dest`, unless `flat` is true. Unlike in Ansible, a link is an error: it names
 * the target, so that nobody who can write to a directory of the host chooses what is read. On your machine, no link below `dest` is followed, a new file can be
 * read by you alone, and its content is shown nowhere. A dry run says what would be fetched. Checksums are SHA-256.
 *
 * To send the file on, make the next task from this one. Otherwise that task has read what was there before.
 *
 * @results dest, checksum
 *
 * @dryRun Compares the SHA-256 of the file on the host with that of the copy on your machine, and names both; nothing is fetched
 * or shown. A missing file fails unless an earlier task would write it or `failOnMissing` is false. Later fetches see the copy.
 * What is made with `from` of a file that is yet to be fetched is unknown.
 *
 * @throws UserError E_NO_FILE, E_OTHER_KIND, E_TOO_LARGE, E_UNSAFE_PATH, E_LOCAL_FILE
 *
 * @example
 * fetch('the key of the host', { src: '/etc/ssh/ssh_host_ed25519_key.pub', dest: 'keys' })
 *
 * @example
 * const token = fetch('the token', { src: '/var/lib/app/token', dest: 'tokens' })
 * return [token, copy('for the others', from(token, ({ dest }) => ({ src: dest, dest: '/etc/app/token', mode: '0600' })), { delegateTo: 'web-2' })]
 *
 * @example
 * const logs = find('logs', { paths: '/var/log/app', patterns: '*.log', age: '-1d' })
 * return [logs, from(logs, ({ files }) => files.map(({ path }) => fetch(`fetch ${path}`, { src: path, dest: 'logs' })))]
 */
export const fetch: Module<FetchArgs, FetchState> = defineModule({
  name: 'fetch',
  args,
  probe: probeFetch,
  plan: planFetch,
  apply: applyFetch,
  touches,
  verify,
  // A dry run does not bring the file, so what is made of it cannot be foretold.
  outcome: (after) => after,
})

// The host may be this machine.
function touches({ target }: Fetch, state: FetchState | undefined): readonly Resource[] {
  const root = rootOf(target)
  const made =
    state &&
    [state.dest, ...ancestors(state.dest)].filter((path) =>
      `${path}/`.startsWith(root === '/' ? root : `${root}/`),
    )
  return [operatorFiles.below(root), ...(made?.map(paths.at) ?? [paths.below(root)])]
}

// The file on the host may be another one by now, as a log is.
function verify(
  _: unknown,
  { srcChecksum, local: before }: FetchState,
  { local }: FetchState,
): readonly Change[] {
  const arrived = local.sha256 === srcChecksum || (local.type === 'file' && local.sha256 !== before.sha256)
  return arrived ? [] : [{ what: local.path, from: local.sha256 ?? local.type, to: srcChecksum }]
}
