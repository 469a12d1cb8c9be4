import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { assertTool, noTool } from '../../shared/http/assert-tool.ts'
import { curlConfig } from '../../shared/http/curl.ts'
import { type Downloader, downloader } from '../../shared/http/tool.ts'
import {
  type Install,
  type InstallState,
  contentDiffers,
  planInstall,
  probeInstall,
  touchesOfInstall,
} from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { sha256, sha512 } from '../../shared/sha256.ts'
import { type GetUrlArgs, type GetUrlValues, args } from './args.ts'
import { download, hashScript } from './fetch.ts'
import { remoteHash } from './reader.ts'

/** What is there of a file that is downloaded. */
export interface GetUrlState {
  readonly file: InstallState
  readonly tool: Downloader
  /** The SHA-512 of the file, where that is asked for. */
  readonly sha512: string | undefined
  /** The SHA-256 of what the server sends, with `force`. */
  readonly remote: string | undefined
}

/**
 * Downloads a file from a server to the host, with the curl or wget of the host. The file appears whole or not at all, after its
 * checksum is checked.
 *
 * Unlike in Ansible, `checksum` is needed: whoever can change the file on the server could otherwise run programs on the host;
 * `'none'` says that this is wanted. It is not read from a URL, for the same reason. `dest` names a file, not a directory; a
 * file that arrives with another checksum does not replace the old one; and without a checksum, the server is asked only if the
 * file is missing, or with `force`. A dry run does not ask the server otherwise: an address that is wrong is found in the run.
 * A download that takes more than 10 minutes needs `timeoutMs` of the task.
 *
 * @dryRun Compares the file on the host with `checksum`; without one, it only has to be there. The server is not asked, except
 * with `force`: then the file is downloaded to be compared, and thrown away. Later tasks see the SHA-256 if it is known, but not
 * the size: `unarchive` of a file that is yet to be downloaded is unknown. `validate` is not run.
 *
 * @throws UserError E_NO_DOWNLOADER
 *
 * @example
 * getUrl('node exporter', {
 *   url: 'https://github.com/prometheus/node_exporter/releases/download/v1.8.2/node_exporter-1.8.2.linux-amd64.tar.gz',
 *   dest: '/opt/node_exporter-1.8.2.tar.gz',
 *   checksum: 'sha256:6809dd0b3ec45fd6e992c19071d6b5253aed3ead7bf0686885a51d85c6643c66',
 * })
 *
 * @example
 * // A list that changes: looked at each time.
 * getUrl('list', { url: 'https://example.org/list.txt', dest: '/etc/app/list.txt', checksum: 'none', force: true })
 */
export const getUrl: Module<GetUrlArgs, GetUrlState> = defineModule({
  name: 'get_url',
  args,
  ansible: { url_username: 'username', url_password: 'password' },
  probe,
  plan,
  apply: (given, state) => applyInstall(installOf(given, state), state.file),
  touches: (given) => touchesOfInstall({ ...given, payload: contentPayload('') }),
})

const ofSha512 = ({ checksum }: GetUrlValues): boolean => checksum.startsWith('sha512:')

function probe(given: GetUrlValues): Probe<GetUrlState> {
  return askAll<GetUrlState>({
    file: probeInstall({ ...given, payload: contentPayload('') }),
    tool: ask(downloader, ''),
    sha512: ofSha512(given) ? ask(sha512, given.dest) : known(undefined),
    remote: given.force === true ? ask(remoteHash, hashScript(given)) : known(undefined),
  })
}

/** The SHA-256 that the file will have; undefined where nobody knows it before. */
function wantedHash({ checksum, force, ...rest }: GetUrlValues, state: GetUrlState): string | undefined {
  const [kind, hash] = checksum.split(':')
  if (kind === 'sha256') return hash
  if (ofSha512({ checksum, ...rest })) return state.sha512 === hash ? state.file.sha256 : undefined
  return force === true ? state.remote : state.file.sha256
}

function installOf(given: GetUrlValues, state: GetUrlState): Install {
  const { dest, mode, owner, group, validate, backup } = given
  const payload = {
    sha256: wantedHash(given, state) ?? '',
    size: 0,
    stdin: state.tool === 'curl' ? curlConfig(given) : '',
    text: undefined,
    secret: false,
    download: download(state.tool, given),
  }
  return { dest, mode, owner, group, validate, backup, payload }
}

function plan(given: GetUrlValues, state: GetUrlState): Plan {
  const install = installOf(given, state)
  const done = planInstall(install, state.file)
  if (done.changes.length === 0) return done
  if (contentDiffers(install, state.file)) assertCanDownload(given, state)
  const unknown = wantedHash(given, state) === undefined
  const to = given.checksum === 'none' ? 'what the server has' : given.checksum.slice(0, 19)
  const isUnknown = ({ question }: { question: { reader: unknown; key: string } }): boolean =>
    unknown && question.reader === sha256 && question.key === given.dest
  return {
    changes: done.changes.map((one) => (unknown && one.what === 'content' ? { ...one, to } : one)),
    leaves: [
      ...(done.leaves ?? []).filter((one) => !isUnknown(one)),
      predict(downloader, '', state.tool),
      ...(ofSha512(given) ? [predict(sha512, given.dest, given.checksum.slice(7))] : []),
      ...(given.force === true ? [predict(remoteHash, hashScript(given), state.remote)] : []),
    ],
  }
}

function assertCanDownload(given: GetUrlValues, { tool }: GetUrlState): void {
  assertTool(given, tool)
  const https = given.url.toLowerCase().startsWith('https:')
  // Some of them check no certificate, and all follow a server to an address without one.
  if (tool !== 'curl' && https && given.checksum === 'none' && given.validateCerts !== false)
    throw noTool(
      'the host has no curl, and wget does not keep to https: without a checksum anybody could have sent the file',
    )
}
