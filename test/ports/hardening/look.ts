import { type Task, facts } from 'run-playbook'

/**
 * Everything that the role asks of the host, before its first change: what is found after a change is unknown in a dry run.
 */
export const look = () => ({ packages: facts.packages('installed packages') })

export type Found = ReturnType<typeof look>

/** Reads come first. */
export const looks = (found: Found): Task[] => Object.values(found)
