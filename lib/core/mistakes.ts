import { AsyncLocalStorage } from 'node:async_hooks'
import { UserError } from './errors.ts'

/** Something that is wrong with an inventory or a playbook. */
export interface Mistake {
  readonly error: unknown
  /** Set if it was found in what is made for one host of a play: another host may have other vars. */
  readonly host?: HostOfPlay | undefined
}

interface HostOfPlay {
  readonly name: string
  /** How many hosts the play has. */
  readonly outOf: number
}

interface Collection {
  readonly mistakes: Mistake[]
  host: HostOfPlay | undefined
}

/** Empty in a run, which ends at the first mistake. */
const collections = new AsyncLocalStorage<Collection>()

/**
 * Does work that a run does too, but goes on after a mistake, as far as that is possible.
 * @returns all mistakes in the order in which they were found; an error that ended the work is the last one
 */
export async function collectMistakes(work: () => unknown): Promise<readonly Mistake[]> {
  const mistakes: Mistake[] = []
  try {
    await collections.run({ mistakes, host: undefined }, work)
  } catch (error) {
    mistakes.push({ error })
  }
  return mistakes
}

/** The place of errors that name none. A check waits for nothing, so one at a time is checked. */
let place: string | undefined

/** Does a part of the work. @param at `file:line` of what is checked, for errors that name no line themselves */
export function locating<T>(at: string | undefined, part: () => T): T {
  const before = place
  place = at
  try {
    return part()
  } catch (error) {
    throw located(error)
  } finally {
    place = before
  }
}

function located(error: unknown): unknown {
  if (!(error instanceof UserError) || error.at !== undefined || place === undefined) return error
  return new UserError(error.code, error.message, { hint: error.hint, at: place, cause: error })
}

/** Throws the error. While mistakes are collected it keeps it and returns: the caller goes on with its next check. */
export function mistake(error: unknown): void {
  const collection = collections.getStore()
  if (collection === undefined) throw error
  collection.mistakes.push({ error: located(error), host: collection.host })
}

/** Keeps what should be known while mistakes are collected, but is none: a run goes on with it. */
export function remark(error: unknown): void {
  const collection = collections.getStore()
  collection?.mistakes.push({ error, host: collection.host })
}

/** Does a part of the work. @param otherwise while mistakes are collected: what takes the place of a part that threw */
export function checking<T>(part: () => T, otherwise: () => T): T {
  if (collections.getStore() === undefined) return part()
  try {
    return part()
  } catch (error) {
    mistake(error)
    return otherwise()
  }
}

/** Does a part of the work that is for one host of a play. */
export function checkingFor<T>(name: string, outOf: number, part: () => T): T {
  const collection = collections.getStore()
  if (collection === undefined) return part()
  collection.host = { name, outOf }
  try {
    return part()
  } finally {
    collection.host = undefined
  }
}
