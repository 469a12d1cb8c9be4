/**
 * A program in the place of a host's shell: it takes the bootstrap's programs as a shell does, knows the nonce, and then
 * misbehaves as its argument says.
 */
const mode = process.argv.at(-1) ?? ''
const out = (text: string): boolean => process.stdout.write(text)
const forever = (text: string, every = 0): void => {
  const more = (): void => {
    if (out(text)) setTimeout(more, every)
    else process.stdout.once('drain', () => setTimeout(more, every))
  }
  more()
}

process.stdout.on('error', () => process.exit())
process.stdin.on('end', () => process.exit())
let received = ''
let programs = 0

process.stdin.on('data', (chunk: Buffer) => {
  received += chunk.toString('latin1')
  for (;;) {
    const [head = '', length = ''] = /^(\d+)\n/.exec(received) ?? []
    if (head === '' || received.length < head.length + Number(length)) return
    const program = received.slice(head.length, head.length + Number(length))
    received = received.slice(head.length + Number(length))
    programs += 1
    const nonce = /#([0-9a-f]{32})$/.exec(program)?.[1] ?? ''
    if (programs === 1) greet(nonce)
    else answer(nonce)
  }
})

function greet(nonce: string): void {
  if (mode === 'sends nothing when a shell is started') return
  if (mode === 'endless noise') return forever('x'.repeat(64 * 1024))
  if (mode === 'noise that never ends a line') return forever(' '.repeat(1000), 1)
  if (mode === 'dribbled noise') return forever('x', 20)
  if (mode === 'blanks in the greeting') return void out(`\n${nonce} hello ${' '.repeat(150_000)}\n`)
  if (mode === 'blanks before the greeting') out(' '.repeat(150_000))
  out(`\n${nonce} hello 0 -\n`)
}

function answer(nonce: string): void {
  const frames: Record<string, () => void> = {
    'silent after hello': () => {},
    'a line that never ends': () => forever(`${nonce} replies ${'1'.repeat(60_000)}`),
    'single bytes without a newline': () => forever('x'),
    'waits for ever': () => forever(`${nonce} waiting ${'somebody '.repeat(1000)}\n`),
    'waits for ever, slowly': () => forever(`${nonce} waiting somebody\n`, 200),
    'locked, although nobody asked': () => out(`${nonce} locked by nobody\n`),
    'another nonce': () => out(`${'0'.repeat(32)} replies ,0 \n`),
    'more replies than scripts': () => out(`${nonce} replies ${',0'.repeat(5000)} \n`),
    'no replies at all': () => forever(`${nonce} replies \n`),
    'a code that is none': () => out(`${nonce} replies ,NaN ,1,1\nxx`),
    'a negative size': () => out(`${nonce} replies ,0 ,-5,0\nxxxxx`),
    'a size without the bytes': () => out(`${nonce} replies ,0 ,60000,0\nxxxxx`),
    'an enormous size': () =>
      forever(`${nonce} replies ,0 ,99999999999999,99999999999999\n${'x'.repeat(60_000)}`),
    'blanks for an answer': () => {
      const text = ' '.repeat(150_000)
      out(`${nonce} replies ,0 ,${text.length},${text.length}\n${text}${text}`)
    },
    'noise on stderr': () => {
      process.stderr.write('y'.repeat(5_000_000))
      out(`${nonce} replies ,0 \n`)
    },
    honest: () => out(`${nonce} replies ,0 ,3,0\nyes`),
  }
  if (mode.startsWith('blanks in') || mode.startsWith('blanks before')) frames['honest']?.()
  else frames[mode]?.()
}
