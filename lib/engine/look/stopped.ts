import { UnreachableError } from '../../core/errors.ts'

/** A question was given up because the run was stopped. Nothing was changed. */
export class Stopped extends UnreachableError {
  constructor(host: string) {
    super('E_CONNECTION_LOST', `${host} was not asked to the end: the run was stopped`)
  }
}

/** The same as the work, which only looks ahead: what it did not come to is asked later, if at all. */
export async function unlessStopped(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
}
