import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { ACCOUNT_FILES } from '../../shared/account.ts'
import { type AccessList, type OwnList, ownList } from './list.ts'

const HINT = { hint: 'Set become: true for the task.' }

/**
 * The access control list of a path, without what its mode says; undefined where there is none, as of a link, and on a host without
 * getfacl.
 */
export const accessList: Reader<OwnList | undefined> = readerOfOne<OwnList | undefined>({
  name: 'getfacl',
  ask: (path) => `LC_ALL=C; export LC_ALL
${sh`path=${path}`}
if command -v getfacl >/dev/null && [ -e "$path" ] && [ ! -L "$path" ]; then getfacl -cnpE -- "$path" && echo end
else echo none; fi`,
  parse: (reply, path) => {
    const text = reply.stdout.toString()
    if (text === 'none\n') return undefined
    if (/Permission denied/.test(reply.stderr.toString()))
      throw new UserError('E_CANNOT_LOOK', reply.stderr.toString().trim(), HINT)
    return ownList(parseList(text, path))
  },
  sees: (path) => [paths.at(path)],
})

const LINE = /^(default:)?((?:user|group):\d{0,10}|mask:|other:):([r-][w-][x-])$/

function parseList(text: string, path: string): AccessList {
  const lines = text.split('\n').filter(Boolean)
  const list: { access: Record<string, string>; default: Record<string, string> } = {
    access: {},
    default: {},
  }
  if (lines.pop() !== 'end') throw new Error(`${path}: getfacl did not run to its end`)
  for (const line of lines) {
    const [, inherited, key = '', bits = ''] = LINE.exec(line) ?? []
    if (key === '') throw new Error(`${path}: getfacl did not answer what it was asked: ${line}`)
    list[inherited === undefined ? 'access' : 'default'][key] = bits
  }
  for (const key of ['user:', 'group:', 'other:'])
    if (!(key in list.access)) throw new Error(`${path}: getfacl did not name ${key}`)
  return list
}

const querySchema = z.object({ path: z.string(), options: z.array(z.string()) })

/** A key of {@link differing}. */
export const differingKey = (path: string, options: readonly string[]): string =>
  JSON.stringify({ path, options })

/**
 * How many files and directories setfacl would change, from the path down; undefined where it cannot tell: it is not there, does not
 * know the account, or there is no such path. The key is made by {@link differingKey}.
 */
export const differing: Reader<number | undefined> = readerOfOne<number | undefined>({
  name: 'setfacl --test',
  ask: (key) => {
    const { path, options } = querySchema.parse(JSON.parse(key))
    return `LC_ALL=C; export LC_ALL
${sh`path=${path}; set -- --test ${options}`}
if [ -e "$path" ] && [ ! -L "$path" ] && setfacl "$@" -- / >/dev/null 2>&1; then
  setfacl -R -P "$@" -- "$path" | grep -c -E ': (u::.*,[*]|u::.*,d:u::.*|[*],d:u::.*)$'
else echo none; fi`
  },
  parse: ({ stdout, stderr }) => countOf(stdout.toString().trim(), stderr.toString()),
  sees: (key) => [paths.below(querySchema.parse(JSON.parse(key)).path), ...ACCOUNT_FILES],
})

// What has gone meanwhile is not worth a word.
function countOf(text: string, complaints: string): number | undefined {
  const complaint = complaints
    .split('\n')
    .find((line) => line !== '' && !line.endsWith(': No such file or directory'))
  if (complaint?.endsWith(': Permission denied') === true)
    throw new UserError('E_CANNOT_LOOK', complaint, HINT)
  if (complaint === undefined && text === 'none') return undefined
  if (complaint !== undefined || !/^\d{1,10}$/.test(text))
    throw new Error(complaint ?? 'setfacl was not run to its end')
  return Number(text)
}
