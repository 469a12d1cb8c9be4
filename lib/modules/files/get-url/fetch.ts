import { UserError } from '../../../core/errors.ts'
import { Secret, isSecret, reveal } from '../../../core/secret.ts'
import { quote, sh } from '../../../core/sh.ts'
import { type GetUrlValues, hasSecrets } from './args.ts'
import { type Downloader, FIND_TOOL } from './reader.ts'

/** Words of a command that need no quotes. */
const words = (text: string): string[] => text.split(' ')

/** The options of each tool. */
const OPTIONS: Readonly<Record<Exclude<Downloader, 'none'>, (given: GetUrlValues) => readonly string[]>> = {
  curl: ({ url, validateCerts = true, useProxy = true, timeout = 10 }) => [
    ...words('-q -fsSLg -A run-playbook --proto =http,https'),
    ...words(`--proto-redir ${/^https:/i.test(url) ? '=https' : '=http,https'}`),
    ...words(`--connect-timeout ${timeout} --speed-time ${timeout} --speed-limit 1`),
    ...(validateCerts ? [] : ['-k']),
    ...(useProxy ? [] : ['--noproxy', '*']),
  ],
  wget: ({ validateCerts = true, useProxy = true, timeout = 10 }) => [
    ...words(`-nv -t 1 -T ${timeout} -U run-playbook`),
    ...(validateCerts ? [] : ['--no-check-certificate']),
    ...(useProxy ? [] : ['--no-proxy']),
  ],
  busybox: ({ validateCerts = true, useProxy = true }) => [
    ...words('-q -U run-playbook'),
    ...(validateCerts ? [] : ['--no-check-certificate']),
    ...(useProxy ? [] : ['-Y', 'off']),
  ],
}

/** The command that writes what the server sends to `out`, a word of the shell. */
function command(tool: Downloader, given: GetUrlValues, out: string, headers: readonly string[]): string {
  if (tool === 'none') return 'exit 1'
  const options = [...OPTIONS[tool](given), ...headers.flatMap((header) => ['--header', header])]
  if (tool === 'curl') return `${sh`curl ${options}`} -o ${out} ${sh`--url ${given.url}`}`
  return `${sh`wget ${options}`} -O ${out} ${quote(given.url)}`
}

const plainHeaders = ({ headers = {} }: GetUrlValues): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (isSecret(value) ? [] : [`${name}: ${value}`]))

/** A script that prints an exit code and a hash, for `remoteHash`. */
export function hashScript(given: GetUrlValues): string {
  const get = (tool: Downloader): string =>
    `{ { ${command(tool, given, '-', plainHeaders(given))}; echo "$?" >&3; } | sha256sum; } 3>&1`
  return [
    FIND_TOOL,
    'case $tool in',
    `curl) ${get('curl')} ;;`,
    `wget) ${get('wget')} ;;`,
    `busybox) ${get('busybox')} ;;`,
    '*) echo none ;;',
    'esac',
  ].join('\n')
}

/** Commands that bring the file into `"$temp"`, and check it. */
export function download(tool: Downloader, given: GetUrlValues): string[] {
  const { url, checksum } = given
  const get =
    tool === 'curl'
      ? `${command(tool, given, '"$temp"', [])} -K -`
      : command(tool, given, '"$temp"', plainHeaders(given))
  const [kind = '', wanted = ''] = checksum.split(':')
  return [
    `if ! said=$(${get} 2>&1); then`,
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

/** Headers as options of curl, on standard input: arguments show in `ps`. */
export function curlConfig(given: GetUrlValues): string | Secret {
  const { headers = {}, username, password } = given
  const all = Object.entries(headers).map(([name, value]) => `${name}: ${oneLine(name, value)}`)
  if (username !== undefined && password !== undefined) {
    const login = Buffer.from(`${username}:${reveal(password)}`).toString('base64')
    all.push(`Authorization: Basic ${login}`)
  }
  const text = all.map((one) => `header = "${one.replace(/["\\]/g, '\\$&')}"\n`).join('')
  return hasSecrets(given) ? new Secret('HTTP headers', text) : text
}

function oneLine(name: string, value: string | Secret): string {
  const text = isSecret(value) ? reveal(value) : value
  if (!/[\0\n\r]/.test(text)) return text
  throw new UserError('E_BAD_ARGUMENT', `the secret in the header ${name} is not one line`)
}
