import { UserError } from '../../../core/errors.ts'
import { type HttpArgs, hasHeaders, hasSecrets } from './args.ts'
import type { Downloader } from './tool.ts'

/** @throws UserError where the host has nothing that can make the request, or nothing that can without a leak */
export function assertTool(given: Pick<HttpArgs, 'headers' | 'password'>, tool: Downloader): void {
  if (tool === 'none') throw noTool('the host has neither curl nor wget')
  if (tool === 'curl') return
  if (hasSecrets(given)) throw noTool('the host has no curl, and everybody on it sees what wget sends')
  if (tool === 'busybox' && hasHeaders(given))
    throw noTool('the host has no curl, and its wget sends headers to every server that it is sent on to')
}

export const noTool = (message: string): UserError =>
  new UserError('E_NO_DOWNLOADER', message, {
    hint: "Install curl in an earlier task: packages('curl', { names: ['curl'] }).",
  })
