/** Whether this is `npm run test:long`, which tries more examples than `npm test`. */
export const LONG = process.env['RP_LONG'] === '1'

/**
 * How many made-up examples a test tries: few in `npm test`, many in `npm run test:long`.
 *
 * @param name of an environment variable that sets the number
 */
export function often(everyday: number, long: number, name?: string): number {
  const own = name === undefined ? undefined : process.env[name]
  return own === undefined ? (LONG ? long : everyday) : Number(own)
}
