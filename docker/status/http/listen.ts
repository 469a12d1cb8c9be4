import type { Server } from 'node:http'

/** Waits for an address that is not there yet: after a boot the overlay may come later than Docker. */
export function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = false
    const attempt = () => server.listen(port, address)
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EADDRINUSE') return reject(error)
      if (!said) console.error(`waiting for ${address}:${port}: ${error.code}`)
      said = true
      setTimeout(attempt, 1000)
    })
    server.on('listening', resolve)
    attempt()
  })
}
