import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { served } from '../../shared/served.ts'

/** What a host downloads with; `busybox` is its wget. */
export type Downloader = 'curl' | 'wget' | 'busybox' | 'none'

const TOOLS = ['curl', 'wget'].flatMap((tool) =>
  ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => paths.at(`${folder}/${tool}`)),
)

/** Puts the name of the tool into `tool`. */
export const FIND_TOOL = `tool=none
if command -v curl >/dev/null; then tool=curl
elif command -v wget >/dev/null; then
  case $(wget --help 2>&1 | head -n 1) in
    *BusyBox*) tool=busybox ;;
    *) tool=wget ;;
  esac
fi`

/** One key, the empty text. */
export const downloader: Reader<Downloader> = readerOfOne({
  name: 'downloader',
  ask: () => `${FIND_TOOL}\necho "$tool"`,
  parse: ({ stdout }) => {
    const found = stdout.toString().trim()
    if (found === 'curl' || found === 'wget' || found === 'busybox' || found === 'none') return found
    throw new Error('the host does not say whether it has curl or wget')
  },
  sees: () => TOOLS,
})

/**
 * The SHA-256 of what a server sends. The key is the script that prints it, and before it the exit code of the download;
 * `undefined` where the host has nothing to download with.
 */
export const remoteHash: Reader<string | undefined> = readerOfOne({
  name: 'download',
  ask: (script) => script,
  parse: ({ stdout, stderr }) => {
    const [code, line = ''] = stdout.toString().trim().split('\n')
    if (code === 'none') return undefined
    const [, hash] = /^([0-9a-f]{64})\b/.exec(line) ?? []
    if (code === '0' && hash !== undefined) return hash
    throw new Error(stderr.toString().trim().split('\n').at(-1) || 'the download was not run to its end')
  },
  sees: () => [served.all, ...TOOLS],
})
