import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { BOOT_ID } from '../../../core/boot-id.ts'
import type { ShellStep } from '../../../core/module.ts'
import { type Question, question, readerOfOne } from '../../../core/probe.ts'
import { defineResourceKind } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'
import { idOf } from '../../../playbook/identify.ts'
import type { Item } from '../../../playbook/program.ts'
import type { Script } from '../../../transport/transport.ts'
import { STEP_TIMEOUT_MS } from '../../look/limits.ts'
import { stateFolder } from '../state-folder.ts'

/** A task whose commands run in the background of a host. */
export interface Job {
  readonly id: string
  /** `lost`: its process is gone and left no exit code. `restarted`: so is the host. */
  readonly state: 'running' | 'ended' | 'lost' | 'restarted'
  readonly steps: number
  /** Of the task. */
  readonly name: string
}

const folder = stateFolder('jobs')
const jobsKind = defineResourceKind('job')

/** All jobs of a user. What is being prepared is none yet. */
const jobs = readerOfOne<readonly Job[]>({
  name: 'jobs',
  ask: () => sh`f=${folder}
for d in "$f"/*; do
  [ -e "$d/pid" ] && [ "$d" = "\${d%.new}" ] || continue
  s=lost
  { read -r p t <"$d/pid"; set -- $(sed 's/.*) //' "/proc/$p/stat"); } 2>/dev/null
  if [ "$1" != Z ] && [ $# -ge 20 ]; then shift 19; [ "$1" != "$t" ] || s=running; fi
  [ $s = running ] || [ "$(cat "$d/boot")" = "$(${raw(BOOT_ID)})" ] || s=restarted
  [ ! -e "$d/end" ] || s=ended
  echo "\${d##*/} $s $(cat "$d/steps") $(head -n 1 "$d/name")"
done
exit 0`,
  parse: ({ stdout }) =>
    stdout
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [, id, state, steps, name] =
          /^([0-9a-f]{16}-[0-9a-f]{16}) (running|ended|lost|restarted) (\d{1,4}) (.{0,200})/.exec(line) ?? []
        return id === undefined
          ? []
          : [{ id, state: state as Job['state'], steps: Number(steps), name: name ?? '' }]
      }),
  sees: () => [jobsKind.all],
})

/** Which jobs there are. */
export const jobsQuestion: Question = question(jobs, '')

/** The jobs of an answer to {@link jobsQuestion}. */
export const jobsIn = (answer: unknown): readonly Job[] => (Array.isArray(answer) ? (answer as Job[]) : [])

/** The same job in another run: the task and its arguments. Secrets do not count: nothing is to be guessed from a name. */
export function jobId(item: Item, args: unknown): string {
  const text = JSON.stringify(args, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return `${idOf(item)}-${createHash('sha256')
    .update(text ?? '')
    .digest('hex')
    .slice(0, 16)}`
}

/** Whether the job belongs to the task, with these or other arguments. */
export const isOf = (job: Job, item: Item): boolean => job.id.startsWith(`${idOf(item)}-`)

/** The scripts that start a job. The last one returns when the job has begun. */
export function startScripts(id: string, name: string, steps: readonly ShellStep[]): Script[] {
  const fresh = sh`umask 077; f=${folder} && n="$f"/${id}.new d="$f"/${id}`
  const write = (file: string, stdin: ShellStep['stdin']): Script => ({
    kind: 'step',
    script: sh`${raw(fresh)} && cat >"$n"/${file}`,
    stdin,
    continues: true,
  })
  const seconds = steps.map(({ timeoutMs = STEP_TIMEOUT_MS }) => Math.max(1, Math.ceil(timeoutMs / 1000)))
  const prepare = `[ ! -e "$d" ] || { echo 'it is there already' >&2; exit 1; }
mkdir -p "$f" && cd "$f" && [ -O . ] && [ -O .. ] || { echo "$f belongs to somebody else" >&2; exit 1; }
rm -rf "$n" && mkdir "$n"`
  const launch = sh`setsid /bin/sh "$n/run" "$n" "$d" ${seconds} </dev/null >/dev/null 2>&1 &
i=0
until [ -d "$d" ]; do
  i=$((i + 1))
  [ $i -lt 50 ] || { echo 'it did not begin' >&2; exit 1; }
  sleep 0.2 2>/dev/null || sleep 1
done`
  return [
    { kind: 'step', script: `${fresh} && ${prepare}` },
    write('run', program()),
    write('name', `${name.replace(/[^\P{Cc}]/gu, ' ').slice(0, 200)}\n`),
    write('steps', `${steps.length}\n`),
    ...steps.flatMap(({ script, stdin }, i) => [
      write(`${i}.sh`, `${script}\n`),
      write(`${i}.in`, stdin ?? ''),
    ]),
    { kind: 'step', script: `${fresh}\n${launch}`, continues: true },
  ]
}

/** Scripts that end as the steps of the job did: they print the same and have the same exit codes. */
export function replayScripts({ id, steps }: Job, wanted: readonly ShellStep[]): Script[] {
  return Array.from({ length: steps }, (_, i) => ({
    kind: 'step',
    script: sh`f=${folder} && cd "$f"/${id} || exit
[ ! -e ${i}.out ] || cat ${i}.out
[ ! -e ${i}.err ] || cat ${i}.err >&2
[ ! -e ${i}.code ] || exit "$(cat ${i}.code)"`,
    output: wanted[i]?.output,
    continues: true,
  }))
}

/** Ends the step of a job that was lost, and removes the job. What its steps left running on purpose stays. */
export const removeScript = (id: string): Script => ({
  kind: 'step',
  script: sh`f=${folder} && d="$f"/${id}
if [ ! -e "$d/end" ] && read -r p t <"$d/step"; then
  [ "$(sed 's/.*) //' "/proc/$p/stat" | cut -d ' ' -f 20)" != "$t" ] || kill -KILL "-$p"
fi 2>/dev/null
rm -rf -- "$d"`,
  continues: true,
})

let text: string | undefined

function program(): string {
  text ??= readFileSync(new URL('run-job.sh', import.meta.url), 'utf8').replace('BOOT_ID', BOOT_ID)
  return text
}
