import { execFileSync } from 'node:child_process'

// usage: npm run bench:status [-- NODE [SECONDS]]   (in the lab of `npm run lab`; a minute on node-a by default)
// What the status service of a node costs while it is asked once a second, beside its own looks and those of its peers.
const [node = 'node-a', seconds = '60'] = process.argv.slice(2)
const script = `
  address=$(sed -n 's/.*"listen": "\\(.*\\)".*/\\1/p' /etc/run-playbook/status/config.json)
  pid=$(docker inspect -f '{{.State.Pid}}' postgres-status)
  used() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
  before=$(used) begun=$(date +%s%N)
  for i in $(seq ${Number(seconds)}); do
    exec 3<>"/dev/tcp/$address/8008" && printf 'GET /status HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3 > /dev/null
    exec 3>&-
    sleep 1
  done
  awk -v used=$(($(used) - before)) -v ns=$(($(date +%s%N) - begun)) -v hz=$(getconf CLK_TCK) \\
    'BEGIN { printf "%.2f\\n", 100 * used / hz / (ns / 1e9) }'
  awk '/VmRSS|RssAnon/ { print $2 / 1024 }' "/proc/$pid/status"
  docker exec -u postgres postgres psql -XAtqc "SELECT count(*) FROM pg_stat_activity WHERE usename = 'monitor'"`

const answer = execFileSync('ssh', ['-F', '.lab/ssh_config', node, 'bash', '-s'], {
  input: script,
  encoding: 'utf8',
})
const [cpu = '', resident = '', own = '', connections = ''] = answer.trim().split('\n')
console.log(`
| the status service on ${node}, asked once a second for ${seconds} s | |
|---|---|
| processor, of one core | ${cpu} % |
| resident memory | ${Math.round(Number(resident))} MB, of which its own ${Math.round(Number(own))} MB |
| connections to PostgreSQL | ${connections} |`)
