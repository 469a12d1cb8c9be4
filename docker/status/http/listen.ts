import type { Server } from 'node:http'

/**
 * Waits for an address that is not there yet: after a boot the overlay may come later than Docker.
 * @returns whether it listens; false when it was told to stop before
 */
export function listen(server: Server, address: string, port: number, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let said = false
    let next: NodeJS.Timeout | undefined
    const attempt = () => server.listen(port, address)
    if (stop.aborted) return resolve(false)
    stop.addEventListener('abort', () => {
      clearTimeout(next)
      resolve(false)
    })
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EADDRINUSE') return reject(error)
      if (!said) console.error(`waiting for ${address}:${port}: ${error.code}`)
      said = true
      if (!stop.aborted) next = setTimeout(attempt, 1000)
    })
    server.on('listening', () => resolve(true))
    attempt()
  })
}
