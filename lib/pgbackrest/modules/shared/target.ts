import * as z from '../../../core/lazy-zod.ts'
import { type Probe, ask, askAll } from '../../../core/probe.ts'
import { type Resource, isResource } from '../../../core/resource.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { dockerName } from '../../../modules/docker/shared/schemas.ts'
import { clock, clockKey } from './clock.ts'
import { stanzas } from './stanzas.ts'
import { type PgbackrestPlace, surroundingsOf } from './shell.ts'
import { type Pgbackrest, pgbackrest, placeKey } from './reader.ts'

/** Where pgBackRest runs, and for which stanza. */
export interface PgbackrestTarget {
  /** A running container that has pgBackRest, its configuration and its repository. @default run it on the host itself */
  readonly container?: string | undefined
  /** The user that runs pgBackRest. @default 'postgres' */
  readonly user?: string | undefined
  /** Name of the stanza. @default 'main' */
  readonly stanza?: string | undefined
  /** Path of the configuration file, as pgBackRest sees it. @default pgBackRest's own default */
  readonly config?: string | undefined
  /**
   * What else the state depends on: the server that is backed up, such as `[containers.at('postgres')]`, or the configuration that is
   * mounted into the container. If an earlier task changes one of these, pgBackRest is asked again.
   *
   * @default [served.all], every server of the host
   */
  readonly sees?: readonly Resource[] | undefined
}

const word = z.string().regex(/^[A-Za-z0-9_][\w.-]*$/, 'must be letters, digits, `_`, `.` and `-`')

export const targetArgs = {
  container: dockerName.optional(),
  user: word.optional(),
  stanza: word.optional(),
  config: absolutePath.optional(),
  sees: z
    .array(z.custom<Resource>(isResource, "must be a resource, such as paths.at('/etc')"))
    .readonly()
    .optional(),
}

/** What a host says of pgBackRest, and the time there. */
export interface PgbackrestState extends Pgbackrest {
  /** Seconds since 1970. */
  readonly now: number
}

export function placeOf(target: PgbackrestTarget): PgbackrestPlace {
  const { container, user = 'postgres', stanza = 'main', config, sees = [] } = target
  return { container, user, stanza, config, sees }
}

/** Without the clock, which goes on while something is changed: what is left by a change could not be foretold. */
export const probeTimeless = (target: PgbackrestTarget): Probe<Pgbackrest> =>
  ask(pgbackrest, placeKey(placeOf(target)))

export function probePgbackrest(target: PgbackrestTarget): Probe<PgbackrestState> {
  const place = placeOf(target)
  const both = askAll({
    said: ask(pgbackrest, placeKey(place)),
    now: ask(clock, clockKey(surroundingsOf(place))),
  })
  return { questions: both.questions, parse: (answers) => flat(both.parse(answers)) }
}

const flat = ({ said, now }: { said: Pgbackrest; now: number }): PgbackrestState => ({ ...said, now })

/** A change of the repository is nobody else's affair. */
export const touchesRepository = (target: PgbackrestTarget): Resource[] => [
  stanzas.at(placeOf(target).stanza),
]
