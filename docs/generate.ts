import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { generatedPages } from './generate/pages.ts'

const pages = Object.entries(await generatedPages())
// A module that is gone has no page.
rmSync('docs/modules', { recursive: true, force: true })
mkdirSync('docs/modules')
for (const [path, text] of pages) writeFileSync(path, text)
