import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium } from 'playwright-core'

// usage: npm run docs:images   (in the lab of `npm run lab`, with Debian's chromium)
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
  await page.screenshot({ path: join(import.meta.dirname, 'status.png'), fullPage: true })
  await browser.close()
} finally {
  on(LOST, 'docker start postgres postgres-status')
  tunnel.kill()
}
