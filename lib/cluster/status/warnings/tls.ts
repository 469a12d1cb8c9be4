import { span } from '../format.ts'
import type { Warning } from '../schema.ts'
import { type Rule, critical, warning } from './warn.ts'

const RENEWED = 'run-playbook site renews it, without a restart'

/** What PostgreSQL shows its clients, and the files that it reads when it starts. */
export const tls: Rule = ({ postgres, time }, { thresholds }) => {
  const { certificateUntil, tlsFiles } = postgres
  const expiry = (
    until: string | null,
    expired: (ago: string) => Warning,
    expires: (left: string) => Warning,
  ) => {
    const left = until === null ? Infinity : (Date.parse(until) - Date.parse(time)) / 1000
    if (left <= 0) return expired(span(-left))
    return left < thresholds.certificateLeftSeconds && expires(span(left))
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
      (ago) =>
        critical(
          'client-authority-expired',
          `The authority of client certificates expired ${ago} ago: clients that need one cannot connect. ${RENEWED}`,
        ),
      (left) =>
        warning(
          'client-authority-expires',
          `The authority of client certificates expires in ${left}. ${RENEWED}`,
        ),
    ),
    expiry(
      certificateUntil,
      (ago) =>
        critical(
          'certificate-expired',
          `The TLS certificate of PostgreSQL expired ${ago} ago: clients that check it cannot connect. ${RENEWED}`,
        ),
      (left) =>
        warning('certificate-expires', `The TLS certificate of PostgreSQL expires in ${left}. ${RENEWED}`),
    ),
  ]
}
