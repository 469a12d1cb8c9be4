import { X509Certificate } from 'node:crypto'
import { connect } from 'node:net'
import { connect as secure } from 'node:tls'

/** The message SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

const PATIENCE_MS = 2000

/**
 * The certificate that PostgreSQL shows its clients now, which need not be the one in its file. No login: the server waits for one, and
 * notes nothing when none comes. @returns null where TLS is off
 */
export function shownCertificate(host: string, port: number): Promise<X509Certificate | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const end = (settle: () => void) => {
      settle()
      socket.destroy()
    }
    socket.setTimeout(PATIENCE_MS, () =>
      end(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`))),
    )
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.once('connect', () => socket.write(SSL_REQUEST))
    socket.once('data', (answer: Buffer) => {
      // More than one byte is not of the server: it would be read before TLS has begun (CVE-2021-23222).
      if (answer.length !== 1) return end(() => reject(new Error('the answer is not one of PostgreSQL')))
      if (answer.toString() === 'N') return end(() => resolve(null))
      if (answer.toString() !== 'S')
        return end(() => reject(new Error('the answer is not one of PostgreSQL')))
      // Any certificate: it is looked at, not trusted.
      const shown = secure({ socket, rejectUnauthorized: false })
      shown.on('error', (error) => end(() => reject(error)))
      shown.once('secureConnect', () => {
        const { raw } = shown.getPeerCertificate()
        if (raw === undefined) reject(new Error('the server shows no certificate'))
        else resolve(new X509Certificate(raw))
        // With the goodbye of TLS: without it the server writes to its log that the connection broke.
        shown.end()
      })
    })
  })
}
