import { type Format, PROGRAMS } from '../unarchive/format.ts'

/** The programs that make an archive. */
export const PACKERS: Readonly<Record<Format, readonly string[]>> = { ...PROGRAMS, zip: ['zip'] }
