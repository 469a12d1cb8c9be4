import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import { asText } from '../../shared/text.ts'
import { ANSWER_LIMIT } from './script.ts'

/** What a server answers. */
export interface UriAnswer {
  /** Undefined where there was no whole answer. */
  readonly status: number | undefined
  /** By their names in small letters; only with `returnContent` or `contains`. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where it was not asked for, and where it is not text. */
  readonly content: string | undefined
  /** Why there was no whole answer; empty where there was one. */
  readonly error: string
}

/** By the script that asks. */
export const uriAnswer: Reader<UriAnswer> = readerOfOne<UriAnswer>({
  name: 'web',
  ask: (script) => script,
  parse: (reply) => parseAnswer(reply),
  // Whatever changes may change what is answered.
  sees: () => [EVERYTHING],
})

const broken = (error: string): UriAnswer => ({ status: undefined, headers: {}, content: undefined, error })

/** What a script of `askScript` or `sendScript` left. */
export function parseAnswer({ stdout, stderr }: Reply): UriAnswer {
  const start = stdout.indexOf('\n')
  const tool = stdout.subarray(0, Math.max(start, 0)).toString('latin1')
  const all = stdout.subarray(start + 1)
  const why = lastLine(stderr.toString()) || 'the request was not run to its end'
  if (all.length >= ANSWER_LIMIT)
    throw new UserError('E_URI', 'the answer is longer than 1 MiB', { hint: 'Download it with getUrl().' })
  if (tool === 'curl') return ofCurl(all, why)
  return tool === 'wget' ? ofWget(all) : broken(why)
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? ''

/** What is before the last line, and the last line. */
function cutLine(bytes: Buffer): readonly [Buffer, string] {
  const at = bytes.lastIndexOf('\n')
  return [bytes.subarray(0, Math.max(at, 0)), bytes.subarray(at + 1).toString('latin1')]
}

/** The answer with its head, then the status, then how curl ended. */
function ofCurl(all: Buffer, why: string): UriAnswer {
  const [rest, ended] = cutLine(all)
  const [bytes, code] = cutLine(rest)
  const status = statusOf(code)
  if (ended !== '0' || status === undefined) return broken(why)
  const text = bytes.toString('latin1')
  const { head, end } = lastHead(text, status)
  const content = bytes.length === 0 ? undefined : asText(bytes.subarray(end))
  return { status, headers: headersOf(head), content, error: '' }
}

/** The head of the answer. Before it there may be those of a proxy, of redirects, and ones that say to go on. */
function lastHead(text: string, status: number): { readonly head: string; readonly end: number } {
  const blank = /\r?\n\r?\n/g
  let head = ''
  while (text.startsWith('HTTP/', blank.lastIndex)) {
    const start = blank.lastIndex
    if (blank.exec(text) === null) return { head: text.slice(start), end: text.length }
    head = text.slice(start, blank.lastIndex)
    const [, said, reason = ''] = /^HTTP\/[\d.]+ (\d{3})(.*)/.exec(head) ?? []
    if (Number(said) === status && !/connection established/i.test(reason)) break
  }
  return { head, end: blank.lastIndex }
}

/** The text, then what wget told the user, and how it ended. */
function ofWget(all: Buffer): UriAnswer {
  const [body, encoded] = cutLine(all)
  const said = Buffer.from(encoded, 'base64').toString('latin1').split('\n')
  const ended = said.pop()
  const at = said.findLastIndex((line) => STATUS_LINE.test(line))
  const status = statusOf(STATUS_LINE.exec(said[at] ?? '')?.[1] ?? '')
  const text = said.join('\n')
  if (status === undefined || (ended !== '0' && status < 300)) return broken(lastLine(text) || 'wget failed')
  return { status, headers: headersOf(said.slice(at).join('\n')), content: asText(body), error: '' }
}

const STATUS_LINE = /\bHTTP\/[\d.]+ (\d{3})\b/

function statusOf(text: string): number | undefined {
  const status = /^\d{3}$/.test(text) ? Number(text) : 0
  return status < 100 ? undefined : status
}

function headersOf(head: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const line of head.split('\n')) {
    const [, name, value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined) continue
    const key = name.toLowerCase()
    const before = found.get(key)
    found.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(found)
}
