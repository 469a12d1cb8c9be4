import * as z from '../../../core/lazy-zod.ts'
import { paths } from '../../../core/resource.ts'
import { wholeServer } from '../../resources.ts'
import { isStandbySetting } from '../../standby-settings.ts'
import { thingReader } from '../shared/server-reader.ts'

/** How far a running server is from its configuration files. */
export interface Settings {
  /** A file was changed after the server had read it. */
  readonly stale: boolean
  /** What is in the files and takes effect with a restart only. */
  readonly restart: readonly PendingSetting[]
  /** `postgresql.conf:12: syntax error` */
  readonly errors: readonly string[]
}

export interface PendingSetting {
  readonly name: string
  readonly running: string | null
  /** `null` where it was removed from the files. */
  readonly configured: string | null
}

/** There is one for a server: its name is `running`. */
export const settingsReader = thingReader<Settings>({
  part: 'settings',
  // Reading pg_file_settings is what makes pg_settings.pending_restart current in this session, so it comes first.
  // ctime, because mtime can be set back by a copy that preserves it. Files have seconds and loading microseconds: in
  // doubt the file counts as newer.
  select: `SELECT json_build_object(
      'problems', (SELECT coalesce(json_agg(json_build_object('file', sourcefile, 'line', sourceline, 'name', name,
        'configured', setting, 'message', error)), '[]') FROM pg_file_settings WHERE error IS NOT NULL),
      'rules', (SELECT coalesce(json_agg(json_build_object('line', line_number, 'message', error,
        'file', coalesce(to_jsonb(r)->>'file_name', current_setting('hba_file')))), '[]')
        FROM pg_hba_file_rules r WHERE error IS NOT NULL),
      'pending', (SELECT coalesce(json_agg(json_build_object('name', name, 'running', current_setting(name),
        'overridden', source IN ('command line', 'environment variable', 'override'))), '[]')
        FROM pg_settings WHERE pending_restart),
      'stale', ${lastChange()} >= date_trunc('second', pg_conf_load_time()))`,
  answer: z
    .object({
      problems: z.array(problem()),
      rules: z.array(rule()),
      pending: z.array(pending()),
      stale: z.boolean(),
    })
    .transform(settled),
  // Any file of the node may be one of its files.
  alsoSees: (on) => [...wholeServer(on), paths.all],
})

/** When the last of the server's configuration files was changed, as SQL. */
export function lastChange(): string {
  return `(SELECT max((pg_stat_file(file, true)).change) FROM (
    SELECT unnest(ARRAY[current_setting('config_file'), current_setting('hba_file'), current_setting('ident_file'),
      current_setting('data_directory') || '/postgresql.auto.conf'])
    UNION SELECT sourcefile FROM pg_file_settings
    UNION SELECT setting FROM pg_settings WHERE current_setting('ssl')::boolean
      AND name IN ('ssl_cert_file', 'ssl_key_file', 'ssl_ca_file', 'ssl_crl_file')
    UNION SELECT to_jsonb(r)->>'file_name' FROM pg_hba_file_rules r) AS files(file) WHERE file <> '')`
}

function problem() {
  const text = z.string().nullable()
  return z.object({
    file: text,
    line: z.number().nullable(),
    name: text,
    configured: text,
    message: z.string(),
  })
}

function rule() {
  return z.object({ file: z.string(), line: z.number(), message: z.string() })
}

function pending() {
  return z.object({ name: z.string(), running: z.string().nullable(), overridden: z.boolean() })
}

interface Found {
  readonly problems: readonly z.infer<ReturnType<typeof problem>>[]
  readonly rules: readonly z.infer<ReturnType<typeof rule>>[]
  readonly pending: readonly z.infer<ReturnType<typeof pending>>[]
  readonly stale: boolean
}

// A setting that only waits for a restart is listed among the problems: its value "could not be applied", or, where it
// was removed, a line without a file names it in quotes. What the command line overrides no restart would change, but for what
// the entrypoint gives a standby because its configuration has too little: that is found out anew at each start.
function settled({ problems, rules, pending, stale }: Found): Settings {
  const waiting = problems.map((one) => ({
    problem: one,
    setting: pending.find(
      ({ name }) => name === one.name || (one.file === null && one.message.includes(`"${name}"`)),
    ),
  }))
  const restart = waiting.flatMap(({ problem, setting }) =>
    setting === undefined || (setting.overridden && !grows(setting, problem.configured))
      ? []
      : [{ name: setting.name, running: setting.running, configured: problem.configured }],
  )
  const wrong = waiting.flatMap(({ problem, setting }) => (setting === undefined ? [problem] : []))
  const errors = [...wrong, ...rules].map((one) => {
    const name = 'name' in one && one.name !== null ? `${one.name}: ` : ''
    return `${one.file ?? 'configuration'}:${one.line ?? 0}: ${name}${one.message}`
  })
  return { stale, restart, errors }
}

const grows = ({ name, running }: Found['pending'][number], configured: string | null): boolean =>
  isStandbySetting(name) && Number(configured) > Number(running)
