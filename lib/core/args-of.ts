import type { InputOf, Schema } from './schema.ts'

/** Arguments by name, each with its schema. A comment above a name is what an editor shows for the argument. */
export type ArgsShape = Readonly<Record<string, Schema>>

/**
 * What is written for a shape of schemas: what may be left out is optional. Unlike the types that a schema library
 * infers, it keeps the comments of the shape, so that an argument is described in one place.
 *
 * @example
 * const shape = {
 *   /** Absolute path on the host. *\/
 *   path: absolutePath,
 * }
 * export interface FileArgs extends ArgsOf<typeof shape> {}
 */
// A mapped type over `keyof Pick<…>` keeps comments; one that renames keys with `as` loses them.
export type ArgsOf<Shape extends ArgsShape> = {
  readonly [Name in keyof Pick<Shape, Required<Shape>>]: InputOf<Shape[Name]>
} & {
  readonly [Name in keyof Pick<Shape, Optional<Shape>>]?: InputOf<Shape[Name]>
}

type Optional<Shape extends ArgsShape> = {
  [Name in keyof Shape]: undefined extends InputOf<Shape[Name]> ? Name : never
}[keyof Shape]

type Required<Shape extends ArgsShape> = Exclude<keyof Shape, Optional<Shape>>
