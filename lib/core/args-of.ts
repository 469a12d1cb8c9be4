import type { InputOf, OutputOf, Schema } from './schema.ts'

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

/** What a shape of schemas makes of what is written: defaults are filled in. Comments stay, as in `ArgsOf`. */
export type ValuesOf<Shape extends ArgsShape> = {
  readonly [Name in keyof Pick<Shape, Present<Shape>>]: OutputOf<Shape[Name]>
} & {
  readonly [Name in keyof Pick<Shape, Absent<Shape>>]?: OutputOf<Shape[Name]>
}

type Absent<Shape extends ArgsShape> = {
  [Name in keyof Shape]: undefined extends OutputOf<Shape[Name]> ? Name : never
}[keyof Shape]

type Present<Shape extends ArgsShape> = Exclude<keyof Shape, Absent<Shape>>

type Optional<Shape extends ArgsShape> = {
  [Name in keyof Shape]: undefined extends InputOf<Shape[Name]> ? Name : never
}[keyof Shape]

type Required<Shape extends ArgsShape> = Exclude<keyof Shape, Optional<Shape>>
