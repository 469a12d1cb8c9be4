import { z } from 'zod'
import type { VarsSchema } from './vars.ts'

/** The schema of an inventory or a playbook that declares no vars. */
export const NO_VARS: VarsSchema = z.strictObject({})
