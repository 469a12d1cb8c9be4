import type { Keeps } from '../../../core/module.ts'
import { isStandardFolder, isStatic } from '../../shared/conventions.ts'
import { packageInstalled } from '../../packages/packages/reader.ts'
import { packageListed } from '../../packages/packages/listed-reader.ts'
import type { Service } from '../../shared/service.ts'

/** Units that start nothing but themselves: a target starts others, and what is mounted hides what was there. */
const NARROW = /\.(service|socket|timer|path)$/

/**
 * What a dry run takes for unchanged when a unit is started, stopped or reloaded: static files and installed packages. A
 * service of the type `oneshot` exists to do some job: nobody knows which.
 */
export function keptByService(unit: string, is: Service | undefined): Keeps | undefined {
  if (is === undefined || !NARROW.test(unit) || is.type === 'oneshot' || is.load !== 'loaded')
    return undefined
  return (asked, answer) =>
    asked.reader === packageInstalled ||
    asked.reader === packageListed ||
    isStandardFolder(asked, answer) ||
    isStatic(asked.reader.sees(asked.key))
}
