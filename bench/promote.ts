import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'

// usage: npm run bench:promote [-- TIMES]
// How long writes wait for a promotion, planned and after a loss, in a lab of its own; five times each by default. The end-to-end
// tests measure it while they prove that no commit is lost; this repeats them and puts the medians side by side.
const times = process.argv[2] ?? '5'

const output = await new Promise<string>((resolve, reject) => {
  let text = ''
  const files = ['test/e2e/60-promote.test.ts', 'test/e2e/61-lost-primary.test.ts']
  const child = spawn('npx', ['mocha', ...files], {
    env: { ...process.env, REPEAT: times },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    process.stdout.write(chunk)
  })
  child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`mocha ended with ${code}`))))
})

const figures = (pattern: RegExp): number[] =>
  [...output.matchAll(pattern)].map((match) => Number(match[1])).toSorted((a, b) => a - b)
const rows = {
  'planned: writes waited': figures(/→ .*none lost; writes waited (\d+) ms/g),
  'after a loss: the command took': figures(/^ *promoted .* in (\d+) ms/gm),
  'after a loss: writes waited, with the time to start the command': figures(
    /lost: .*writes waited (\d+) ms/g,
  ),
}
const few = Object.entries(rows).find(([, values]) => values.length < Number(times))
if (few !== undefined) throw new Error(`${few[0]}: ${few[1].length} of ${times} times`)
console.log('\n| | median | least | most | runs |\n|---|---|---|---|---|')
for (const [name, values] of Object.entries(rows)) {
  const seconds = (value = NaN): string => `${(value / 1000).toFixed(2)} s`
  const median = values[Math.floor(values.length / 2)]
  console.log(
    `| ${name} | ${seconds(median)} | ${seconds(values[0])} | ${seconds(values.at(-1))} | ${values.length} |`,
  )
}
mkdirSync('bench/results', { recursive: true })
writeFileSync(
  'bench/results/promote.json',
  `${JSON.stringify({ at: new Date().toISOString(), rows }, null, 2)}\n`,
)
