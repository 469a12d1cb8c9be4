import type { DockerContainer } from '../shared/reader.ts'
import type { Healthcheck } from './args.ts'

export function healthFlags(check: Healthcheck | 'none'): string[] {
  if (check === 'none') return ['--no-healthcheck']
  const { command, interval, timeout, startPeriod, retries } = check
  const flags = ['--health-cmd', command]
  if (interval !== undefined) flags.push('--health-interval', `${interval}s`)
  if (timeout !== undefined) flags.push('--health-timeout', `${timeout}s`)
  if (startPeriod !== undefined) flags.push('--health-start-period', `${startPeriod}s`)
  if (retries !== undefined) flags.push('--health-retries', `${retries}`)
  return flags
}

export function observedHealth({ config }: DockerContainer): Record<string, unknown> {
  const check = config.Healthcheck
  if (!check) return {}
  const [kind, ...words] = check.Test
  return {
    command: kind === 'NONE' ? 'none' : words.join(' '),
    interval: check.Interval / 1e9,
    timeout: check.Timeout / 1e9,
    startPeriod: check.StartPeriod / 1e9,
    retries: check.Retries,
  }
}
