import * as z from 'zod'
import { SCHEMA_VERSION, statusSchema } from '../../lib/cluster/status/schema.ts'

// As an input: a reader lets fields pass that a later version has added.
/** `status.schema.json`: what programs in other languages check an answer with. */
export const schemaFile = (): string =>
  `${JSON.stringify({ $id: `https://run-playbook/status-${SCHEMA_VERSION}.schema.json`, ...z.toJSONSchema(statusSchema, { io: 'input' }) }, null, 2)}\n`
