import { type Probe, type Question, ask, askAll, known, question } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { program } from '../../shared/program.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { sha256 } from '../../shared/sha256.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { CopyTree } from './args.ts'
import { type Listed, listed } from './listed.ts'

/** What is there of a folder that is copied. By path, in the order of the folder. */
export interface CopyTreeState {
  readonly here: ReadonlyMap<string, Stat>
  /** Hashes of files. */
  readonly sums: ReadonlyMap<string, string | undefined>
  /** The folders that `dest` lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  /** All below `dest`, with `delete`. */
  readonly listed: Listed | undefined
  readonly access: AccessState
  /** Whether the host has tar. */
  readonly tar: boolean
}

/** A path on the host. */
export const pathOf = (dest: string, path: string): string =>
  path === '' ? dest : `${dest === '/' ? '' : dest}/${path}`

export const probeCopyTree = (given: CopyTree): Probe<CopyTreeState> => {
  const { dest, tree, owner, group } = given
  const entries = tree.value
  const files = entries.filter(({ type }) => type === 'file')
  const at = (path: string): string => pathOf(dest, path)
  return askAll<CopyTreeState>({
    here: asMap(entries.map(({ path }) => [at(path), question(stat, at(path))])),
    sums: asMap(files.map(({ path }) => [at(path), question(sha256, at(path))])),
    above: probeFolders(dest),
    listed: given.delete === true ? ask(listed, dest) : known(undefined),
    access: probeAccess({ owner, group }),
    tar: ask(program, 'tar'),
  })
}

function asMap<Answer>(
  asked: readonly (readonly [string, Question<Answer>])[],
): Probe<ReadonlyMap<string, Answer>> {
  return {
    questions: asked.map(([, one]) => one),
    parse: (answers) => new Map(asked.map(([path], i) => [path, answers[i] as Answer])),
  }
}
