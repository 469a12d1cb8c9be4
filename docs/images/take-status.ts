import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium } from 'playwright-core'

// usage: npm run docs:images   (in the lab of `npm run lab`, with Debian's chromium and pngquant)
// The picture in the README: the page of node-a a minute after node-c was lost. Brings node-c back.
const LOST = 'node-c'
const PORT = 18008
const LOST_MS = 60_000

const on = (node: string, command: string): string =>
  execFileSync('ssh', ['-F', '.lab/ssh_config', node, command], { encoding: 'utf8' })

const tunnel = spawn('ssh', ['-F', '.lab/ssh_config', '-N', '-L', `${PORT}:10.88.0.11:8008`, 'node-a'])
on(LOST, 'docker stop postgres postgres-status')
try {
  await pause(LOST_MS)
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } })
  await page.goto(`http://127.0.0.1:${PORT}/`)
  const picture = join(import.meta.dirname, 'status.png')
  await page.screenshot({ path: picture, fullPage: true })
  await browser.close()
  // It is in the package: with a palette it is a third as large.
  execFileSync('pngquant', ['--strip', '--speed', '1', '--force', '--output', picture, picture])
} finally {
  on(LOST, 'docker start postgres postgres-status')
  tunnel.kill()
}
