import { sh } from '../../../core/sh.ts'
import { isSecret } from '../../../core/secret.ts'
import type { HttpArgs } from './args.ts'
import type { Downloader } from './tool.ts'

type Wget = Exclude<Downloader, 'curl' | 'none'>

/** The command without the address, for a request without a secret. */
export function wgetCommand(
  tool: Wget,
  given: Pick<HttpArgs, 'headers' | 'validateCerts' | 'useProxy'> & { readonly follows?: boolean },
  timeout: number,
): string {
  const { validateCerts = true, useProxy = true, follows = true } = given
  const headers = plainHeaders(given).flatMap((header) => ['--header', header])
  const certificate = validateCerts ? [] : ['--no-check-certificate']
  if (tool === 'busybox')
    return sh`wget -U run-playbook ${[...certificate, ...(useProxy ? [] : ['-Y', 'off'])]}`
  return sh`wget -t 1 -T ${timeout} -U run-playbook ${[
    ...certificate,
    ...(useProxy ? [] : ['--no-proxy']),
    // It would send them on to any server.
    ...(headers.length > 0 || !follows ? ['--max-redirect=0'] : []),
    ...headers,
  ]}`
}

const plainHeaders = ({ headers = {} }: Pick<HttpArgs, 'headers'>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (isSecret(value) ? [] : [`${name}: ${value}`]))
