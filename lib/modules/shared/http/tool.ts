import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'

/** What a host asks web servers with; `busybox` is its wget. */
export type Downloader = 'curl' | 'wget' | 'busybox' | 'none'

export const TOOLS: readonly Resource[] = ['curl', 'wget'].flatMap((tool) =>
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
