/**
 * How many made-up examples a test tries: few in `npm test`, all of them in `npm run test:long`, which sets RP_LONG=1.
 *
 * @param name of an environment variable that sets the number
 */
export function often(everyday: number, long: number, name?: string): number {
  const own = name === undefined ? undefined : process.env[name]
  return own === undefined ? (process.env['RP_LONG'] === '1' ? long : everyday) : Number(own)
}
