import { UserError } from '../../../core/errors.ts'
import { Secret, isSecret, reveal } from '../../../core/secret.ts'
import { quote } from '../../../core/sh.ts'
import { hasHeaders } from '../../shared/http/args.ts'
import { curlConfig, curlFunctions, curlOption } from '../../shared/http/curl.ts'
import { type Downloader, FIND_TOOL } from '../../shared/http/tool.ts'
import { wgetCommand } from '../../shared/http/wget.ts'
import { type UriValues, bodyOf, typeOf } from './args.ts'

/** So much of an answer is taken. */
export const ANSWER_LIMIT = 1024 * 1024

const goesOn = ({ method = 'GET', followRedirects = true }: UriValues): boolean =>
  followRedirects && (method === 'GET' || method === 'HEAD')

const wantsText = ({ returnContent = false, contains }: UriValues): boolean =>
  returnContent || contains !== undefined

/** Whether no other tool can do it. The wget of BusyBox asks for the head with a GET, and cannot stay where it is. */
export function needsCurl(given: UriValues, tool: Downloader): boolean {
  const { method = 'GET', followRedirects = true } = given
  if (tool === 'busybox')
    return method !== 'GET' || bodyOf(given) !== undefined || hasHeaders(given) || !followRedirects
  return (method !== 'GET' && method !== 'HEAD') || bodyOf(given) !== undefined
}

/** A script that prints what the server answers. For the reader of answers. */
export function askScript(given: UriValues): string {
  const wget = (tool: 'wget' | 'busybox'): string =>
    needsCurl(given, tool) ? 'echo none' : withWget(tool, given)
  return [
    FIND_TOOL,
    'case $tool in',
    `curl) config=${quote(reveal(requestConfig(given)))}`,
    withCurl(given),
    ';;',
    `wget) ${wget('wget')} ;;`,
    `busybox) ${wget('busybox')} ;;`,
    '*) echo none ;;',
    'esac',
  ].join('\n')
}

/** The same for a step: what nobody may see comes on standard input. */
export const sendScript = (given: UriValues): string => `config=$(cat)\n${withCurl(given)}`

function withCurl(given: UriValues): string {
  const { method = 'GET', timeout = 30 } = given
  const options = [...(method === 'HEAD' ? ['-I'] : ['-X', method]), '-m', String(timeout)]
  const out = !wantsText(given) ? '-o /dev/null' : method === 'HEAD' ? '' : '-i'
  return `${curlFunctions({ given, options, follows: goesOn(given) })}
attempt() {
  answer=$({ ask $step ${out} -w '\\n%{http_code}' && code=0 || code=$?; printf '\\n%s' "$code"; } | head -c ${ANSWER_LIMIT} | base64)
  code=$(printf '%s\\n' "$answer" | base64 -d | tail -n 1 | tr -cd 0-9)
  return "\${code:-23}"
}
follow || :
echo curl
printf '%s\\n' "$answer" | base64 -d`
}

// wget has no better word for the status than what it tells the user, which comes after the answer.
function withWget(tool: 'wget' | 'busybox', given: UriValues): string {
  const { method = 'GET', timeout = 30 } = given
  const command = wgetCommand(tool, { ...given, follows: goesOn(given) }, timeout)
  const error = tool === 'wget' ? '--content-on-error ' : ''
  const out = method === 'HEAD' ? '--spider' : `${error}-O ${wantsText(given) ? '-' : '/dev/null'}`
  return `echo wget
{ said=$({ ${command} -S ${out} ${quote(given.url)} 2>&1 >&4 && code=0 || code=$?; printf '\\n%s' "$code"; })
  printf '\\n'; printf %s "$said" | base64 | tr -d '\\n'; } 4>&1 | head -c ${ANSWER_LIMIT}`
}

/** Headers and body, as curl reads them. */
export function requestConfig(given: UriValues): string | Secret {
  const body = bodyOf(given)
  const type = typeOf(given)
  const headers = type === undefined ? given.headers : { 'Content-Type': type, ...given.headers }
  return curlConfig({ ...given, headers }, body === undefined ? '' : bodyOption(body))
}

function bodyOption(body: string | Secret): string | Secret {
  const text = reveal(body)
  if (!isSecret(body)) return curlOption('data-raw', text)
  if (text.includes('\0') || Buffer.byteLength(text) > 32_768)
    throw new UserError('E_BAD_ARGUMENT', 'the secret body has a NUL byte, or more than 32,768 bytes')
  return new Secret(body.name, curlOption('data-raw', text))
}
