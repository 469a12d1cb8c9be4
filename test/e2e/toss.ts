/** Numbers from 0 to 1, the same ones again with `TOSS=` and the seed that a test prints. */
export function tosser(seed = Number(process.env['TOSS'] ?? Math.floor(Math.random() * 2 ** 31))): {
  readonly seed: number
  readonly toss: () => number
} {
  let state = seed
  // mulberry32
  const toss = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { seed, toss }
}
