import { span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** What PostgreSQL shows its clients, and the files that it reads when it starts. */
export const tls: Rule = ({ postgres, time }, { thresholds }) => {
  const { certificateUntil, tlsFiles } = postgres
  const expiry = (until: string | null, code: string, what: string, then: string) => {
    const left = until === null ? Infinity : (Date.parse(until) - Date.parse(time)) / 1000
    const mended = 'run-playbook site renews it, without a restart'
    if (left <= 0)
      return critical(`${code}-expired`, `${what} expired ${span(-left)} ago: ${then}. ${mended}`)
    return (
      left < thresholds.certificateLeftSeconds &&
      warning(`${code}-expires`, `${what} expires in ${span(left)}. ${mended}`)
    )
  }
  return [
    tlsFiles !== null &&
      tlsFiles.trouble !== null &&
      // The container may have said it already.
      !(postgres.reason ?? '').includes(tlsFiles.trouble) &&
      critical(
        'tls-file',
        `PostgreSQL ${postgres.up ? 'would not start again' : 'does not start'}: ${tlsFiles.trouble}. run-playbook site writes it again, without a restart`,
      ),
    tlsFiles !== null &&
      tlsFiles.trouble === null &&
      tlsFiles.replaced === true &&
      warning(
        'certificate-replaced',
        'The file of the TLS certificate has another one than PostgreSQL shows its clients: after a reload or a restart they may not be able to connect. run-playbook site writes the right one and reloads it',
      ),
    expiry(
      postgres.clientAuthorityUntil,
      'client-authority',
      'The authority of client certificates',
      'clients that need one cannot connect',
    ),
    expiry(
      certificateUntil,
      'certificate',
      'The TLS certificate of PostgreSQL',
      'clients that check it cannot connect',
    ),
  ]
}
