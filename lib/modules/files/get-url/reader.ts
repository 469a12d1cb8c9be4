import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { TOOLS } from '../../shared/http/tool.ts'
import { served } from '../../shared/served.ts'

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
