import { writeFileSync } from 'node:fs'
import { generatedPages } from './generate/pages.ts'

for (const [path, text] of Object.entries(await generatedPages())) writeFileSync(path, text)
