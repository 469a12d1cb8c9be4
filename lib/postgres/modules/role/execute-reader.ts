import * as z from '../../../core/lazy-zod.ts'
import { serverPart } from '../../resources.ts'
import { thingReader } from '../shared/server-reader.ts'

/** Whether a role may execute a function; the name is {@link executeName}. `null`: there is no such role. */
export type Execute = 'granted' | 'refused' | 'no such function'

export const executeReader = thingReader<Execute>({
  part: 'execute',
  select: `SELECT to_json(CASE
      WHEN to_regprocedure(k.name::json->>1) IS NULL THEN 'no such function'
      WHEN has_function_privilege(r.oid, to_regprocedure(k.name::json->>1), 'EXECUTE') THEN 'granted'
      ELSE 'refused' END)
    FROM pg_roles r WHERE r.rolname = k.name::json->>0`,
  answer: z.enum(['granted', 'refused', 'no such function']),
  // A privilege may come from any role that one is a member of.
  alsoSees: (on) => [serverPart(on, 'role'), serverPart(on, 'execute')],
})

export const executeName = (role: string, signature: string): string => JSON.stringify([role, signature])
