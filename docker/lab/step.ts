export type Say = (text: string) => void

export const sayNothing: Say = () => {}
export const sayAloud: Say = (text) => void process.stdout.write(text)

/** One line of progress for one long step, with the seconds it took. The error says which step it was. */
export async function step<T>(say: Say, title: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now()
  say(`${title} … `)
  try {
    const result = await work()
    say(`${((Date.now() - started) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    say('failed\n')
    throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
