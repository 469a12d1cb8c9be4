import { quote } from '../../../core/sh.ts'
import { reveal } from '../../../core/secret.ts'
import { hasHeaders } from '../../shared/http/args.ts'
import { curlConfig, curlFunctions } from '../../shared/http/curl.ts'
import { type Downloader, FIND_TOOL } from '../../shared/http/tool.ts'
import { wgetCommand } from '../../shared/http/wget.ts'
import type { GetUrlValues } from './args.ts'

/** The command that writes what the server sends to `out`, a word of the shell. For curl it needs {@link curl}. */
function command(tool: Exclude<Downloader, 'none'>, given: GetUrlValues, out: string): string {
  if (tool === 'curl') return 'follow'
  const quiet = tool === 'busybox' ? '-q' : '-nv'
  return `${wgetCommand(tool, given, given.timeout ?? 10)} ${quiet} -O ${out} ${quote(given.url)}`
}

/** Functions that write what the server sends to `out`, a word of the shell. */
function curl(given: GetUrlValues, out: string): string {
  const { timeout = 10 } = given
  const options = `-f --connect-timeout ${timeout} --speed-time ${timeout} --speed-limit 1`.split(' ')
  return `${curlFunctions({ given, options, follows: true })}\nattempt() { ask $step -o ${out}; }`
}

/** A script that prints an exit code and a hash, for `remoteHash`. */
export function hashScript(given: GetUrlValues): string {
  const get = (tool: Exclude<Downloader, 'none'>): string =>
    `{ { if ${command(tool, given, '-')}; then echo 0 >&3; else echo "$?" >&3; fi; } | sha256sum; } 3>&1`
  return [
    FIND_TOOL,
    curl(given, '-'),
    // Without secrets: those do not go with force.
    `config=${quote(reveal(curlConfig(given)))}`,
    'case $tool in',
    `curl) ${get('curl')} ;;`,
    `wget) ${get('wget')} ;;`,
    `busybox) ${hasHeaders(given) ? 'echo none' : get('busybox')} ;;`,
    '*) echo none ;;',
    'esac',
  ].join('\n')
}

/** Commands that bring the file into `"$temp"`, and check it. */
export function download(tool: Downloader, given: GetUrlValues): string[] {
  if (tool === 'none') return ['exit 1']
  const { url, checksum } = given
  const [kind = '', wanted = ''] = checksum.split(':')
  return [
    ...(tool === 'curl' ? [curl(given, '"$temp"'), 'config=$(cat)'] : []),
    `if ! said=$(${command(tool, given, '"$temp"')} 2>&1); then`,
    // curl explains itself in lines that follow.
    `  why=$(printf '%s\\n' "$said" | grep -m 1 -e '^curl: ' -e '^wget: ' -e ERROR) || why=$(printf '%s\\n' "$said" | tail -n 1)`,
    `  printf '%s %s\\n' ${quote(`${url} cannot be downloaded:`)} "$why" >&2`,
    '  exit 1',
    'fi',
    ...(checksum === 'none'
      ? []
      : [
          `received=$(${kind}sum <"$temp"); received=\${received%% *}`,
          `if [ "$received" != ${wanted} ]; then`,
          `  printf '%s %s\\n' ${quote(`what ${url} sends has another checksum:`)} "${kind}:$received" >&2`,
          '  exit 1',
          'fi',
        ]),
  ]
}
