import { often } from '../../support/often.ts'

/** How many cases a fuzzer tries: few in CI, many with `npm run test:fuzz`. `FUZZ_SEED` tries the same ones again. */
export function fuzz(everyday: number, long: number): { readonly numRuns: number; readonly seed?: number } {
  const seed = process.env['FUZZ_SEED']
  return {
    numRuns: often(everyday, long, 'HOSTILE_RUNS'),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  }
}
