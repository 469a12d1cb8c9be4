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

/** Undefined in a run, which ends at the first mistake. */
let collected: Mistake[] | undefined
let current: HostOfPlay | undefined

/**
 * Does work that a run does too, but goes on after a mistake, as far as that is possible.
 * @returns all mistakes in the order in which they were found; an error that ended the work is the last one
 */
export async function collectMistakes(work: () => unknown): Promise<readonly Mistake[]> {
  const mistakes: Mistake[] = []
  collected = mistakes
  try {
    await work()
  } catch (error) {
    mistakes.push({ error })
  } finally {
    collected = undefined
  }
  return mistakes
}

/** Throws the error. While mistakes are collected it keeps it and returns: the caller goes on with its next check. */
export function mistake(error: unknown): void {
  if (collected === undefined) throw error
  collected.push({ error, host: current })
}

/** Does a part of the work. @param otherwise while mistakes are collected: what takes the place of a part that threw */
export function checking<T>(part: () => T, otherwise: () => T): T {
  if (collected === undefined) return part()
  try {
    return part()
  } catch (error) {
    mistake(error)
    return otherwise()
  }
}

/** Does a part of the work that is for one host of a play. */
export function checkingFor<T>(name: string, outOf: number, part: () => T): T {
  current = { name, outOf }
  try {
    return part()
  } finally {
    current = undefined
  }
}
