import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, type Page, chromium } from 'playwright-core'
import { install } from '../support/install.ts'
import { type TestCluster, type TestNode, startCluster, within } from './support/cluster.ts'

/** Where the pictures are left, to be looked at. */
const PICTURES = resolve(process.env['STATUS_SCREENSHOTS'] ?? '.lab-screenshots')

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe('the page', function () {
  let cluster: TestCluster
  let browser: Browser
  let a: TestNode

  before(async function () {
    this.timeout(300_000)
    install('/usr/bin/chromium', 'chromium')
    mkdirSync(PICTURES, { recursive: true })
    cluster = await startCluster(3)
    a = cluster.nodes[0] as TestNode
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    await a.postgres.sql("CREATE TABLE numbers AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)")
    // Each node asks the others at moments of its own, and how far a replica is behind is unknown until its primary has said it.
    await within(
      10,
      async () => (await a.get('/', { Accept: 'text/html' })).text(),
      (text) => text.match(/No lag/g)?.length === 2,
    )
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  })
  after(async () => {
    await browser?.close()
    await cluster?.remove()
  })

  /** Opens the page and fails on anything that a browser complains about or wants from elsewhere. */
  async function open(
    options: Parameters<Browser['newPage']>[0],
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ deviceScaleFactor: 1.5, ...options })
    const wrong: string[] = []
    page.on('console', (message) => wrong.push(message.text()))
    page.on('pageerror', (error) => wrong.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(a.url) && !request.url().startsWith('data:')) wrong.push(request.url())
    })
    await page.goto(a.url)
    await work(page)
    await page.close()
    assert.deepEqual(wrong, [])
  }

  const picture = (page: Page, name: string) =>
    page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })

  const noSidewaysScrolling = async (page: Page) =>
    assert.ok(
      await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
      'it is wider than the screen',
    )

  it('shows every node, on a desk and on a phone, by day and by night', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, width] of [
        ['desk', 1180],
        ['phone', 390],
        ['tiny', 320],
      ] as const) {
        await open({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
          assert.deepEqual(await page.locator('.node h3').allTextContents(), ['node-a', 'node-b', 'node-c'])
          await noSidewaysScrolling(page)
          await picture(page, `well-${name}-${colorScheme}`)
        })
      }
    }
  })

  it('says the same without JavaScript', async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      assert.deepEqual(await page.locator('.badge').allTextContents(), ['primary', 'replica', 'replica'])
      assert.match((await page.locator('.node').nth(1).textContent()) ?? '', /No lag/)
    })
  })

  it('can be read by those who do not see it', async () => {
    await open({}, async (page) => {
      assert.equal(await page.locator('h1').count(), 1)
      const silent = page.locator('svg:not([aria-label]):not([aria-hidden])')
      assert.equal(await silent.count(), 0, 'every drawing has words or is decoration')
      assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    })
  })

  it('keeps itself fresh: a replica that dies turns up without a reload', async () => {
    const c = cluster.nodes[2] as TestNode
    await open({ viewport: { width: 1180, height: 800 } }, async (page) => {
      await c.stopService()
      await c.postgres.stop('immediate')
      await page.locator('h1', { hasText: 'node-c is down' }).waitFor({ timeout: 60_000 })
      await a.postgres.sql("INSERT INTO numbers SELECT repeat('y', 1000) FROM generate_series(1, 9000)")
      await within(
        10,
        () => page.locator('.node.down').textContent(),
        (text) => /keeps \d+/.test(text ?? ''),
      )
      await noSidewaysScrolling(page)
      await picture(page, 'replica-down')
    })
  })

  it('says so when its own node does not answer any more', async () => {
    const page = await browser.newPage()
    await page.goto(a.url)
    await a.stopService()
    await page.locator('#stale').waitFor({ state: 'visible', timeout: 60_000 })
    assert.match((await page.locator('#stale').textContent()) ?? '', /node-a does not answer any more/)
    await page.close()
  })
})
