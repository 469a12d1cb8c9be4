import { UserError } from '../../../core/errors.ts'
import { Secret, isSecret, reveal } from '../../../core/secret.ts'
import { quote, sh } from '../../../core/sh.ts'
import { type HttpArgs, hasSecrets } from './args.ts'

/** How curl is told what to do. */
export interface CurlUse {
  readonly given: Pick<HttpArgs, 'url' | 'validateCerts' | 'useProxy'>
  /** Words that come after it, such as `-f`. */
  readonly options: readonly string[]
  /** Whether to go where the server sends the request on to. */
  readonly follows: boolean
}

/*
 * curl sends headers of its caller to every server that the request is sent on to. So where there are any, it takes one step at a
 * time: it ends with 47 where the server sends it on, and is asked where to. An address that does not begin as the first one
 * gets no headers, and none gets them after that. Configuration is on standard input, because arguments show in `ps`.
 */
const FOLLOW = `ask() {
  { why=$({ printf 'url = "%s"\\n' "$(printf %s "$url" | sed 's/["\\\\]/\\\\&/g')"; printf '%s\\n' "$config"; } |
    run_curl "$@" -K - 2>&1 >&4) && code=0 || code=$?; } 4>&1
  [ -z "$why" ] || { [ "$code" -eq 47 ] && [ -n "$config" ]; } || printf '%s\\n' "$why" >&2
  return "$code"
}
follow() {
  left=20
  while :; do
    if [ -z "$follows" ]; then step=; elif [ -n "$config" ]; then step='-L --max-redirs 0'; else step=-L; fi
    attempt && return 0 || code=$?
    [ "$code" -eq 47 ] && [ -n "$config" ] || return "$code"
    [ "$left" -gt 0 ] || { echo 'curl: (47) too many redirects' >&2; return 47; }
    left=$((left - 1))
    url=$(ask -m 60 -o /dev/null -w '%{redirect_url}') || return
    case $(printf %s "$url" | tr A-Z a-z) in
      __ORIGIN__) ;;
      __PROTOCOLS__) config= ;;
      *) echo "curl: (1) redirect to an address that is not followed: $url" >&2; return 1 ;;
    esac
  done
}`

/**
 * Shell functions: `follow` calls `attempt`, which is to call `ask $step OPTION…`, as often as the server sends the request on.
 * Before, `config` holds what {@link curlConfig} makes, or nothing.
 */
export function curlFunctions({ given, options, follows }: CurlUse): string {
  const { url, validateCerts = true, useProxy = true } = given
  const secure = /^https:/i.test(url)
  const words = [
    ...'-q -sSg -A run-playbook --proto =http,https --proto-redir'.split(' '),
    secure ? '=https' : '=http,https',
    ...(validateCerts ? [] : ['-k']),
    ...(useProxy ? [] : ['--noproxy', '*']),
    ...options,
  ]
  return [
    sh`run_curl() { curl ${words} "$@"; }`,
    FOLLOW.replace('__ORIGIN__', () => originPattern(url)).replace(
      '__PROTOCOLS__',
      secure ? 'https://*' : 'https://* | http://*',
    ),
    `url=${quote(url)} follows=${follows ? 'yes' : ''}`,
  ].join('\n')
}

// What comes right after it ends the name of the server, so that no other server can begin so.
function originPattern(url: string): string {
  const { protocol, host, port } = new URL(url)
  const plain = `${protocol}//${host}`
  const withPort = port === '' ? `${plain}:${protocol === 'https:' ? 443 : 80}` : plain
  const patterns = [...new Set([plain, withPort])].map((one) => quote(one.toLowerCase()))
  return patterns.flatMap((one) => [one, `${one}[/?#]*`]).join(' | ')
}

/** A line of a configuration file of curl. */
export const curlOption = (name: string, value: string): string =>
  `${name} = "${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"\n`

/**
 * Headers as lines of a configuration of curl. Empty where there are none.
 * @param more further lines
 */
export function curlConfig(given: HttpArgs, more: string | Secret = ''): string | Secret {
  const { headers = {}, username, password } = given
  const all = Object.entries(headers).map(([name, value]) => headerOf(name, oneLine(name, value)))
  if (username !== undefined && password !== undefined) {
    // A secret of its own, so that it is not shown where a server repeats it.
    const login = new Secret('login', Buffer.from(`${username}:${reveal(password)}`).toString('base64'))
    all.push(`Authorization: Basic ${reveal(login)}`)
  }
  const text = all.map((one) => curlOption('header', one)).join('') + reveal(more)
  return hasSecrets(given) || isSecret(more) ? new Secret('HTTP request', text) : text
}

// For a header without a value curl wants a semicolon: a colon would mean not to send it.
const headerOf = (name: string, value: string): string =>
  value.trim() === '' ? `${name};` : `${name}: ${value}`

function oneLine(name: string, value: string | Secret): string {
  const text = isSecret(value) ? reveal(value) : value
  if (!/[\0\n\r]/.test(text)) return text
  throw new UserError('E_BAD_ARGUMENT', `the secret in the header ${name} is not one line`)
}
