import { startWriter } from './writer.ts'

// usage: main.ts WRITERS HOST,HOST… [PORT USER]  (writes until standard input ends, then prints what happened as JSON; PGPASSWORD)
const [writers = '4', hosts = '', port = '5432', user = 'load'] = process.argv.slice(2)

const all = Array.from({ length: Number(writers) }, (_, i) =>
  startWriter({
    name: `${process.pid}-${i}`,
    hosts: hosts.split(','),
    port: Number(port),
    user,
    password: process.env['PGPASSWORD'] ?? '',
    patienceMs: 2_000,
  }),
)
const begun = Date.now()
process.stdin.resume()
process.stdin.on('end', () => {
  void Promise.all(all.map((writer) => writer.stop())).then(() => {
    const acknowledged = all.flatMap((writer) => writer.acknowledged).toSorted((a, b) => a.at - b.at)
    let last = begun
    let longestGapMs = 0
    for (const { at } of acknowledged) {
      longestGapMs = Math.max(longestGapMs, at - last)
      last = at
    }
    const report = {
      acknowledged: acknowledged.map(({ id }) => id),
      unanswered: all.reduce((sum, writer) => sum + writer.unanswered, 0),
      longestGapMs: Math.max(longestGapMs, Date.now() - last),
    }
    process.stdout.write(JSON.stringify(report), () => process.exit(0))
  })
})
