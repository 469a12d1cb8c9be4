import * as z from '../../core/lazy-zod.ts'

/** What JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export const jsonValue: z.ZodType<JsonValue, JsonValue> = z.json()
