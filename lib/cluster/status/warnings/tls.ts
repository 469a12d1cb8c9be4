import { span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** What PostgreSQL shows its clients, and the files that it reads when it starts. */
export const tls: Rule = ({ postgres, time }, { thresholds }) => {
  const { certificateUntil, tlsFiles } = postgres
  const leftOf = (until: string | null) =>
    until === null ? Infinity : (Date.parse(until) - Date.parse(time)) / 1000
  const left = leftOf(certificateUntil)
  const clientsLeft = leftOf(postgres.clientAuthorityUntil)
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
    clientsLeft <= 0
      ? critical(
          'client-authority-expired',
          `The authority of client certificates expired ${span(-clientsLeft)} ago: clients that need one cannot connect. run-playbook site renews it, without a restart`,
        )
      : clientsLeft < thresholds.certificateLeftSeconds &&
        warning(
          'client-authority-expires',
          `The authority of client certificates expires in ${span(clientsLeft)}. run-playbook site renews it, without a restart`,
        ),
    left <= 0
      ? critical(
          'certificate-expired',
          `The TLS certificate of PostgreSQL expired ${span(-left)} ago: clients that check it cannot connect. run-playbook site renews it, without a restart`,
        )
      : left < thresholds.certificateLeftSeconds &&
        warning(
          'certificate-expires',
          `The TLS certificate of PostgreSQL expires in ${span(left)}. run-playbook site renews it, without a restart`,
        ),
  ]
}
