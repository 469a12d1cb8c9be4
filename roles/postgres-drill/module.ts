import { UserError, ask, defineModule, defineResourceKind, readerOfOne, sh, z } from 'run-playbook'
import { SHARED } from 'run-playbook/cluster'

/** What a drill left in drill.json. */
export interface Drill {
  /** Epoch seconds of its end. */
  readonly at: number
  readonly result: 'ok' | 'failed'
  readonly seconds: number
  readonly text: string
}

export interface DrillState {
  /** `site` was here. */
  readonly installed: boolean
  readonly last: Drill | undefined
}

const REPORT = `${SHARED}/state/drill.json`
const SERVICE = 'run-playbook-drill.service'

/** Drills of a node; there is one. */
const drills = defineResourceKind('drill')

/** The last second that a date of four digits can say. */
const LAST_SECOND = 253_402_300_799

const drill = z.object({
  at: z.number().min(0).max(LAST_SECOND),
  result: z.enum(['ok', 'failed']),
  seconds: z.number(),
  text: z.string(),
})

const reader = readerOfOne<DrillState>({
  name: 'drill',
  ask: () => sh`[ ! -f /etc/systemd/system/${SERVICE} ] || echo installed; cat ${REPORT} 2>/dev/null || true`,
  parse: ({ stdout }) => {
    const text = stdout.toString()
    return {
      installed: text.startsWith('installed'),
      last: parseDrill(text.slice(Math.max(0, text.indexOf('{')))),
    }
  },
  sees: () => [drills.all],
})

function parseDrill(text: string): Drill | undefined {
  try {
    return drill.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const when = ({ at }: Drill): string => new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')

/** Starts a drill and waits for its end; one that runs already is joined. What came of it is {@link drillResult}'s to tell. */
export const drillNow = defineModule({
  name: 'postgres_drill',
  args: z.strictObject({}),
  probe: () => ask(reader, ''),
  plan: (_args, { installed, last }) => {
    if (!installed)
      throw new UserError('E_NO_DRILL', 'the drill is not installed on this node', {
        hint: 'run-playbook site installs it.',
      })
    const from = last === undefined ? 'never' : `${last.result} on ${when(last)} UTC`
    return { changes: [{ what: 'test restore of the newest backup', from, to: 'now' }] }
  },
  // The start returns when the drill has ended: systemd holds it, so nothing has to look again and again. A failed drill
  // does not fail here, because its report says why. One that left no report does.
  apply: (_args, { last }) => [
    {
      script: sh`systemctl start ${SERVICE} || :
        [ "$(sed -n 's/.*"at": *\\([0-9]*\\).*/\\1/p' ${REPORT} | head -n 1)" != ${String(last?.at ?? '')} ] ||
        { echo ${`the drill left no report: journalctl -u ${SERVICE}`} >&2; exit 1; }`,
      timeoutMs: 24 * 3_600_000,
      explains: true,
    },
  ],
  touches: () => [drills.all],
  verify: () => [],
})

/** Fails, in the drill's words, when the last drill did. */
export const drillResult = defineModule({
  name: 'postgres_drill_result',
  args: z.strictObject({}),
  probe: () => ask(reader, ''),
  plan: (_args, { last }) => {
    if (last === undefined) throw new UserError('E_DRILL_FAILED', 'no drill has run on this node yet')
    if (last.result === 'failed') throw new UserError('E_DRILL_FAILED', last.text)
    return { changes: [], because: `${last.text}, in ${last.seconds} s` }
  },
  apply: () => [],
  touches: () => [],
})
