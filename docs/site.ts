import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { brokenLinks, copyLinked } from './site/check-links.ts'

// usage: npm run docs:site [-- --serve]
// Builds the pages into dist-docs/, fails if a link of them leads nowhere, and serves them with --serve.
const SITE = 'dist-docs'
const ELEVENTY = '@11ty/eleventy@3.1.8'

function eleventy(...args: string[]): void {
  const all = [
    'exec',
    '--yes',
    `--package=${ELEVENTY}`,
    '--',
    'eleventy',
    '--config=docs/site/eleventy.config.js',
    ...args,
  ]
  const { status } = spawnSync('npm', all, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(SITE, { recursive: true, force: true })
eleventy('--quiet')
copyLinked(SITE)
const broken = brokenLinks(SITE)
for (const link of broken) console.error(link)
if (broken.length > 0) process.exit(1)
console.log(`${SITE}/index.html: all links lead somewhere`)
if (process.argv.includes('--serve')) eleventy('--serve')
