/**
 * A program for the node of the host. It gets what `npm ls --json` says on standard input, and prints one line of JSON:
 *
 * - `one`: what `npm ls` says of the package in `name`, and `root`, where it is, if `npm ls --long` says so
 * - `differs`: what is not as it should be, as `[name, is, wanted]`, at most 20, and `total`, how many there are
 * - `lock`: whether there is a package-lock.json
 *
 * What package-lock.json says is compared with the package.json of each package: `npm ls` compares with ranges only.
 */
export const LOOK = String.raw`
'use strict'
const fs = require('fs')
const [name, whole, omitted, force] = process.argv.slice(1)
const read = (file) => {
  try { return JSON.parse(fs.readFileSync(file, 'utf8')) } catch (error) { if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined; throw error }
}
const said = fs.readFileSync(0, 'utf8')
if (said.trim() === '') process.exit(1)
let tree = JSON.parse(said)
// The folder of global packages, which the first of them makes.
if (tree.error && tree.error.code === 'ENOENT') tree = {}
if (tree.error && tree.error.code !== 'ELSPROBLEMS') {
  console.log(JSON.stringify({ why: String(tree.error.summary || tree.error.code) }))
  process.exit(0)
}
const dependencies = tree.dependencies || {}
if (!whole) {
  const one = Object.prototype.hasOwnProperty.call(dependencies, name) ? dependencies[name] : {}
  const { version, missing, invalid, extraneous } = one
  console.log(JSON.stringify({ one: { version, missing: !!missing, invalid: !!invalid, extraneous: !!extraneous }, root: tree.path }))
  process.exit(0)
}
const lock = read('npm-shrinkwrap.json') || read('package-lock.json')
const before = (read('node_modules/.package-lock.json') || {}).packages || {}
const flat = (dependencies, at, all) => {
  for (const one of Object.keys(dependencies || {})) {
    const here = at + 'node_modules/' + one
    const is = dependencies[one]
    all[here] = { version: /^\d/.test(is.version) ? is.version : undefined, dev: is.dev, optional: is.optional, integrity: is.integrity }
    flat(is.dependencies, here + '/', all)
  }
  return all
}
const wanted = lock ? lock.packages || flat(lock.dependencies, '', {}) : {}
const omit = (omitted || '').split(',')
const found = new Map()
const add = (one, is, to) => { if (!found.has(one + '\0' + to)) found.set(one + '\0' + to, [one, is, to]) }
for (const at of Object.keys(wanted)) {
  const want = wanted[at]
  const cut = at.lastIndexOf('node_modules/')
  if (cut < 0) continue
  const one = at.slice(cut + 'node_modules/'.length)
  if (want.link) { if (!fs.existsSync(at)) add(one, 'absent', 'present'); continue }
  const is = read(at + '/package.json')
  if ((want.dev && omit.includes('dev')) || (want.optional && omit.includes('optional'))) {
    if (is) add(one, String(is.version), 'absent')
    continue
  }
  if (!is) {
    if (!want.optional && !want.devOptional && !want.peer) add(one, 'absent', String(want.version))
    continue
  }
  const was = before[at] || {}
  if (want.version !== undefined && is.version !== want.version) add(one, String(is.version), want.version)
  else if (want.integrity && was.integrity && want.integrity !== was.integrity) add(one, is.version + ' of other content', String(want.version))
  else if (/^git/.test(want.resolved || '') && was.resolved && want.resolved !== was.resolved) add(one, was.resolved, want.resolved)
}
const locked = new Set(Array.from(found.values()).map((one) => one[0]))
for (const problem of tree.problems || []) {
  const [, kind, one, version] = /^(missing|invalid|extraneous): (@?[^@ ]+)@(.*?)(?:, required by .*| \/.*)?$/.exec(problem) || []
  if (kind === undefined || locked.has(one) || (kind === 'invalid' && force)) continue
  if (kind === 'missing') add(one, 'absent', version)
  else add(one, version, kind === 'invalid' ? 'what package.json allows' : 'absent')
}
const differs = Array.from(found.values())
console.log(JSON.stringify({ differs: differs.slice(0, 20), total: differs.length, lock: lock !== undefined, manifest: fs.existsSync('package.json') }))
`.trim()
