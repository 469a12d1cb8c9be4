import type { Status } from '../../lib/cluster/status/schema.ts'
import { NODES, onNode } from './support.ts'

export const addressOf = (node: string): string => `10.88.0.1${NODES.indexOf(node as 'node-a') + 1}`

/** Asks the status service over the overlay from another node: bash has no more than this. */
export async function ask(node: string, path: string, from = 'node-a', accept = '*/*'): Promise<string> {
  const question = `GET ${path} HTTP/1.0\\r\\nAccept: ${accept}\\r\\n\\r\\n`
  const answer = await onNode(
    from,
    `bash -c "exec 3<>/dev/tcp/${addressOf(node)}/8008; printf '${question}' >&3; cat <&3"`,
  )
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

/** Asks for each path so many times, and for nothing else: to enter a node takes longer than an answer. */
export const askOften = (node: string, paths: readonly string[], times: number): Promise<string> =>
  onNode(
    'node-a',
    `bash -c 'for i in {1..${times}}; do for path in ${paths.join(' ')}; do
      exec 3<>/dev/tcp/${addressOf(node)}/8008 || exit 1
      printf "GET %s HTTP/1.0\\r\\n\\r\\n" $path >&3; grep "^HTTP/" <&3 >/dev/null || exit 1
    done; done'`,
  )

export const statusOf = async (node: string): Promise<Status> =>
  JSON.parse(await ask(node, '/status')) as Status
