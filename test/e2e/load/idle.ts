import { createInterface } from 'node:readline'
import pg from 'pg'

// usage: idle.ts HOST,HOST… PORT USER  (PGPASSWORD)
// A client for each host, connected once and never again. For each line of standard input it prints what each of them is answered to
// `SELECT inet_server_addr()`, or the error, as JSON; at the end it ends.
const [hosts = '', port = '', user = ''] = process.argv.slice(2)

const clients = await Promise.all(
  hosts.split(',').map(async (host) => {
    const client = new pg.Client({ host, port: Number(port), user, database: user, query_timeout: 60_000 })
    client.on('error', () => {})
    await client.connect()
    return client
  }),
)
const ask = async (client: pg.Client): Promise<string> => {
  try {
    const { rows } = await client.query<{ address: string }>('SELECT host(inet_server_addr()) AS address')
    return rows[0]?.address ?? 'nothing'
  } catch (error) {
    return String(error)
  }
}
process.stdout.write('connected\n')
for await (const _line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await Promise.all(clients.map(ask)))}\n`)
process.exit(0)
