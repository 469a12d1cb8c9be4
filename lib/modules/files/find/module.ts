import { defineFact } from '../../../core/fact.ts'
import type { Module } from '../../../core/module.ts'
import { type Probe, ask, mapProbe } from '../../../core/probe.ts'
import { type Find, type FindArgs, args } from './args.ts'
import { globPattern } from './glob.ts'
import { type Found, type FoundFile, type SkippedPath, found, queryKey } from './reader.ts'

/** What `find` found. */
export interface FindState {
  /** In the order of their paths. */
  readonly files: readonly FoundFile[]
  /** Paths that are not directories, directories that could not be read, and names that no task can take. */
  readonly skipped: readonly SkippedPath[]
}

/**
 * Finds files, directories or links on the host, by name, age, size, mode or content. It changes nothing: use what it found in later
 * tasks, with `from`.
 *
 * As in Ansible, `paths` that are not there are no error, names that begin with a dot are left out, and a directory with such a name is looked
 * into all the same. Unlike in Ansible, a regular expression is a `RegExp`, which matches anywhere in the name, so there is no `use_regex`;
 * `contains` is for grep, and matches anywhere in a line; `checksum` is SHA-256; times are in milliseconds. `skipped_paths` is
 * `skipped`. `matched` is `files.length`. `follow` and `read_whole_file` are not available: what a link leads to is found by its own path.
 *
 * Whoever can write to a directory chooses the names in it. A name with a line break, or one that is not UTF-8, is in `skipped`.
 *
 * @results files, skipped
 *
 * @dryRun Looks in a dry run too, and is ok. Unknown if an earlier task would change something below `paths`: then tasks that
 * are made from what is found are not listed.
 *
 * @throws UserError E_BAD_ARGUMENT, E_UNSUPPORTED
 *
 * @example
 * const old = find('old logs', { paths: '/var/log/app', patterns: ['*.log', /\.log\.\d+$/], age: '4w', recurse: true })
 * return [
 *   old,
 *   from(old, ({ files }) => files.map(({ path }) => file(`remove ${path}`, { path, state: 'absent' }))),
 * ]
 *
 * @example
 * const open = find('files that anybody can change', { paths: '/etc', recurse: true, mode: '0002', exactMode: false })
 * return [
 *   open,
 *   from(open, ({ files }) => files.map(({ path }) => file(`close ${path}`, { path, state: 'exists', mode: '0644' }))),
 * ]
 */
export const find: Module<FindArgs, FindState> = defineFact({ name: 'find', args, probe })

function probe(given: Find): Probe<FindState> {
  const { paths, fileType = 'file', recurse = false, depth, hidden = false, patterns, contains } = given
  const names = patterns.flatMap((one) => (typeof one === 'string' ? [nameOf(one)] : []))
  const query = {
    paths,
    fileType,
    depth: recurse ? depth : 1,
    hidden,
    names: names.length === patterns.length ? names : [],
    contains,
    checksum: given.checksum ?? false,
  }
  return mapProbe(ask(found, queryKey(query)), (answer) => choose(given, answer))
}

// At least what is wanted, in the words of find: it counts bytes, not characters, and a backslash takes away the meaning of what follows.
const nameOf = (glob: string): string => glob.replace(/\[[^]*|\?/g, '*').replaceAll('\\', '\\\\')

function choose(given: Find, { now, files, skipped }: Found): FindState {
  const [wanted, excluded] = [given.patterns.map(tester), given.excludes.map(tester)]
  const isNamed = ({ path }: FoundFile): boolean => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const matches = (test: RegExp): boolean => test.test(name)
    return (wanted.length === 0 || wanted.some(matches)) && !excluded.some(matches)
  }
  return {
    files: files.filter(
      (file) => isNamed(file) && isOfAge(given, now, file) && isSized(given, file) && hasMode(given, file),
    ),
    skipped,
  }
}

const tester = (pattern: string | RegExp): RegExp =>
  typeof pattern === 'string' ? globPattern(pattern) : pattern

/** Below 0 is at most so much. */
const reaches = (limit: number | undefined, is: number): boolean =>
  limit === undefined || (limit < 0 ? is <= -limit : is >= limit)

const isOfAge = ({ age, ageStamp = 'mtime' }: Find, now: number, file: FoundFile): boolean =>
  reaches(age, (now - file[ageStamp]) / 1000)

const isSized = ({ size }: Find, file: FoundFile): boolean => file.type !== 'file' || reaches(size, file.size)

function hasMode({ mode, exactMode = true }: Find, file: FoundFile): boolean {
  if (mode === undefined) return true
  const [asked, is] = [Number.parseInt(mode, 8), Number.parseInt(file.mode, 8)]
  return exactMode ? is === asked : (is & asked) === asked
}
