import * as z from '../../../core/lazy-zod.ts'
import type { Reader } from '../../../core/probe.ts'
import type { Resource } from '../../../core/resource.ts'
import { resource } from './schemas.ts'

/**
 * The host's clock, in seconds since 1970. The key is what it has to be read again after, a list of resources as JSON: time
 * passes while the host is changed.
 */
export const clock: Reader<number> = {
  name: 'clock',
  ask: () => 'date +%s',
  parse: ({ stdout }, keys) => {
    const now = Number(stdout.toString())
    return keys.map(() => (now > 0 ? now : new Error('`date +%s` did not print seconds')))
  },
  sees: (key) => z.array(resource).parse(JSON.parse(key)),
}

export const clockKey = (resources: readonly Resource[]): string => JSON.stringify(resources)
