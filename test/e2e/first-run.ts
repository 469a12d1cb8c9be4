import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { reveal } from '../../lib/core/secret.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { DIR, type JsonOutcome, NODES, lab, onNode, readJson, run } from './support.ts'

export interface FirstRun extends JsonOutcome {
  /** Its report: the lines of `--output json`. */
  readonly report: string
  /** The command lines that were seen on each node meanwhile. */
  readonly processes: readonly string[]
  /** What it set the nodes up with. */
  readonly secrets: Readonly<Record<string, string>>
}

let made: Promise<FirstRun> | undefined

/**
 * Makes a cluster of bare nodes, with all that can be printed. Once for all files, because it takes a minute.
 *
 * @param prepare is called before it is made, not where it was made before
 */
export const firstRun = (prepare: () => Promise<unknown> = async () => {}): Promise<FirstRun> =>
  (made ??= prepare().then(make))

async function make(): Promise<FirstRun> {
  const path = `${DIR}/first-run.jsonl`
  const stops = await Promise.all(NODES.map(watchProcesses))
  const outcome = await run('site', '-vvv', '--diff', '--report', path)
  const processes = await Promise.all(stops.map((stop) => stop()))
  // There is none when site refuses to begin.
  const report = existsSync(path) ? readFileSync(path, 'utf8') : ''
  rmSync(path, { force: true })
  const secrets = outcome.code === 0 ? await readSecrets() : {}
  return { ...readJson(outcome, report), report, processes, secrets }
}

/** The values of those that a cluster has, by name. */
export async function readSecrets(): Promise<Readonly<Record<string, string>>> {
  const secrets: Record<string, string> = {}
  const store = await openSecrets({ stateDir: `${DIR}/.run-playbook` })
  for (const name of ['postgres.superuser', 'postgres.replicator', 'postgres.app'])
    secrets[name] = reveal(store.get(name))
  secrets['promotion.key'] = reveal(store.get('promotion.key')).split('\n')[1] ?? ''
  for (const node of NODES)
    secrets[`wireguard.${node}`] = reveal(store.wireguardKey(`wireguard.${node}`).privateKey)
  return secrets
}

/** Prints each command line that it sees, once. It looks every few milliseconds, and leaves time for what is watched. */
const WATCH = `$| = 1;
  my %seen;
  while (1) {
    opendir my $processes, "/proc" or die;
    for my $pid (grep /^[0-9]/, readdir $processes) {
      open my $file, "<", "/proc/$pid/cmdline" or next;
      local $/;
      my $line = <$file> // next;
      $line =~ tr/\\0\\n/  /;
      print "$line\\n" unless $seen{$line}++;
    }
    select undef, undef, undef, 0.005;
  }`

/** Watches the processes of a node until told to stop; returns all command lines that were seen. */
async function watchProcesses(node: string): Promise<() => Promise<string>> {
  const { engine, nodes } = await lab()
  const container = nodes.find(({ name }) => name === node)?.container ?? ''
  const child = spawn('docker', ['exec', container, 'perl', '-e', WATCH, 'watch-processes'], {
    env: engine.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk))
  return async () => {
    child.kill('SIGKILL')
    await onNode(node, "pkill -f 'watch-proces[s]es' || true")
    return seen
  }
}
