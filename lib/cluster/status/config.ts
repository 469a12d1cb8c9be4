import { readFileSync } from 'node:fs'
import { THRESHOLDS } from './thresholds.ts'
import * as z from 'zod'

/** When something is worth a warning. */
const thresholdsSchema = z
  .strictObject(Object.fromEntries(Object.keys(THRESHOLDS).map((name) => [name, z.number().optional()])))
  .transform((given): typeof THRESHOLDS => ({ ...THRESHOLDS, ...given }))

const nodeSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  /** Its name in pg_stat_replication and its slot on the primary. */
  replicationName: z.string(),
})

const configSchema = z.strictObject({
  node: nodeSchema,
  peers: z.array(nodeSchema).default([]),
  /** What a promotion by the operator is told from a peer's word by, in PEM; null: nothing is signed. */
  promotionKey: z.string().nullable().default(null),
  /** Where peers answer. */
  port: z.int().default(8008),
  /** The one address that the service listens on. */
  listen: z.string(),
  postgres: z
    .strictObject({
      /** A socket's folder. There is no password: peer authentication knows the user by its uid. */
      host: z.string().default('/var/run/postgresql'),
      port: z.int().default(5432),
      user: z.string().default('monitor'),
      database: z.string().default('postgres'),
    })
    .prefault({}),
  pgbackrest: z
    .strictObject({
      stanza: z.string().default('main'),
      repository: z.string().default('/var/lib/pgbackrest'),
    })
    .prefault({})
    .nullable(),
  /** Where the backup service leaves `contents.json`, `repository.json` and `drill.json`. */
  stateDir: z.string().default('/var/lib/run-playbook'),
  /** Whether there is PgBouncer on this node. */
  pooler: z.boolean().default(false),
  /** Touched while the service works: what the container's health check looks at. */
  aliveFile: z.string().optional(),
  thresholds: thresholdsSchema.prefault({}),
})

export type Config = z.output<typeof configSchema>
export type ConfigInput = z.input<typeof configSchema>
export type Node = z.output<typeof nodeSchema>

/** @throws Error that names the file and what is wrong in it */
export function readConfig(file: string): Config {
  const { data, error } = configSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (data !== undefined) return data
  throw new Error(`${file}: ${z.prettifyError(error)}`)
}

export const parseConfig = (input: ConfigInput): Config => configSchema.parse(input)
