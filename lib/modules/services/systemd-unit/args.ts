import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { unitOf } from '../../shared/service.ts'

const shape = {
  /** Name of the unit: `app` is `app.service`. A timer is `app.timer`, a template `app@.service`. */
  name: z.string().regex(/^[A-Za-z0-9:_\\][\w:.\\@-]*$/, 'must be the name of a unit'),
  /**
   * The name of a drop-in: `limits` is `/etc/systemd/system/UNIT.d/limits.conf`. Its settings are added to those of the unit, which another
   * task or a package brings.
   *
   * @default the file of the unit itself, `/etc/systemd/system/UNIT`
   */
  dropIn: z
    .string()
    .regex(/^\w[\w.:@-]*$/, 'must be a file name without a slash')
    .refine((name) => !name.endsWith('.conf'), 'must be without .conf, which is added')
    .optional(),
  /** `absent` removes the file. Stop and disable the unit with `service` before. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** The text of the file, as in `systemd.unit(5)`. Everybody on the host can read it. Required unless `state` is absent. */
  content: z
    .string()
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => !text.includes('«secret '), 'must not hold a secret: everybody can read it')
    .optional(),
  /** Check the text with `systemd-analyze verify` before it takes effect. A host that does not have it is not asked. @default true */
  verify: z.boolean().optional(),
}

export interface SystemdUnitArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(({ state, content }) => state === 'absent' || content !== undefined, {
    path: ['content'],
    error: 'is needed unless state is absent',
  })

const FOLDER = '/etc/systemd/system'

/** The folder of a drop-in, which may have to be made. */
export const dropInFolder = ({ name }: SystemdUnitArgs): string => `${FOLDER}/${unitOf(name)}.d`

export const pathOf = (given: SystemdUnitArgs): string =>
  given.dropIn === undefined
    ? `${FOLDER}/${unitOf(given.name)}`
    : `${dropInFolder(given)}/${given.dropIn}.conf`

export const textOf = ({ content = '' }: SystemdUnitArgs): string =>
  content.endsWith('\n') ? content : `${content}\n`
