import { createRequire } from 'node:module'
import type Handlebars from 'handlebars'

/**
 * The whole of it as one file: its 60 files take ten times as long to load. Cached by Node. Loaded with the first template, not
 * before, and `require` is what makes that possible without making all callers wait.
 */
export const handlebars = (): typeof Handlebars =>
  createRequire(import.meta.url)('handlebars/dist/handlebars.js')
