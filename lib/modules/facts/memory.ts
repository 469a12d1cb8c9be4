import { paths } from '../../core/resource.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, badFact, matching } from './shared/lines.ts'

/** The memory of a host, in bytes. In a container it is that of the machine, whatever the container may use of it. */
export interface Memory {
  /** RAM that the kernel has. */
  readonly total: number
  /** What new programs can have before the host begins to swap, as of when it was asked. */
  readonly available: number
  /** 0 where there is no swap. */
  readonly swapTotal: number
  readonly swapFree: number
}

/**
 * RAM and swap, in bytes.
 *
 * @dryRun Reads `/proc/meminfo` in a dry run too, and is ok. Unknown after a `swap` task that would change; tasks that are made
 * from it are then unknown too.
 *
 * @example
 * const memory = facts.memory('memory')
 * return [
 *   memory,
 *   copy('tuning', from(memory, ({ total }) => ({ dest: '/etc/cache', content: `${Math.floor(total / 4)}\n` }))),
 * ]
 */
export const memory: HostFact<Memory> = hostFact({
  name: 'memory',
  script: `sed 's/^/memory /' /proc/meminfo`,
  parse,
  sees: ['/proc/meminfo', '/proc/swaps'].map(paths.at),
})

function parse(lines: Lines): Memory {
  const found = new Map(
    matching(lines.all('memory'), /^(\w{1,32}):\s+(\d{1,15}) kB$/, ([, name = '', size = '']) => ({
      name,
      bytes: Number(size) * 1024,
    })).map(({ name, bytes }): [string, number] => [name, bytes]),
  )
  const of = (name: string): number => found.get(name) ?? 0
  if (!found.has('MemTotal')) throw badFact('memory', '/proc/meminfo does not say how much there is')
  return {
    total: of('MemTotal'),
    // Kernels before 3.14 do not say it.
    available: found.get('MemAvailable') ?? of('MemFree') + of('Buffers') + of('Cached'),
    swapTotal: of('SwapTotal'),
    swapFree: of('SwapFree'),
  }
}
