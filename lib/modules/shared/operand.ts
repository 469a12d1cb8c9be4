import { quote } from '../../core/sh.ts'

/** How a path is written for a tool: `-rf` and `-` are names here, never options or standard input. */
export const operand = (path: string): string => (path.startsWith('/') ? path : `./${path}`)

/** Whether tools that answer line by line can answer about the path. */
export const askable = (path: string): boolean => !/[\0\n]/.test(path)

/** `set -- …`: the paths as "$@", each written once in the script. */
export const setOperands = (paths: readonly string[]): string =>
  ['set --', ...paths.filter(askable).map((path) => quote(operand(path)))].join(' ')

/** The answer for a path that {@link askable} refuses. */
export const unaskable = (path: string): Error =>
  new TypeError(`a path with a line break or NUL byte cannot be asked about: ${JSON.stringify(path)}`)
