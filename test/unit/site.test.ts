import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokenLinks, copyLinked } from '../../docs/site/check-links.ts'

describe('the website of the documentation', () => {
  const site = mkdtempSync(join(tmpdir(), 'run-playbook-site-'))
  const page = (name: string, html: string): void => {
    mkdirSync(join(site, name, '..'), { recursive: true })
    writeFileSync(join(site, name), html)
  }
  after(() => rmSync(site, { recursive: true, force: true }))

  it('has links that lead to pages, to their sections, and to files of the repository', () => {
    page(
      'index.html',
      '<h2 id="install">Install</h2> <a href="docs/a.html#b">a</a> <a href="#install">up</a>',
    )
    page('docs/a.html', '<h1 id="b">b</h1> <a href="../index.html#install">i</a> <a href="../LICENSE">l</a>')
    copyLinked(site)
    assert.ok(existsSync(join(site, 'LICENSE')))
    assert.deepEqual(brokenLinks(site), [])
  })

  it('is refused with a link to a page, a section, a folder or a file that is not there', () => {
    page(
      'docs/c.html',
      '<a href="d.html">d</a> <a href="a.html#c">c</a> <a href="../docs">f</a> <img src="e.png">',
    )
    page('index.html', '<a href="#gone">gone</a>')
    copyLinked(site)
    assert.deepEqual(brokenLinks(site).toSorted(), [
      'docs/a.html: ../index.html#install leads nowhere',
      'docs/c.html: ../docs leads nowhere',
      'docs/c.html: a.html#c leads nowhere',
      'docs/c.html: d.html leads nowhere',
      'docs/c.html: e.png leads nowhere',
      'index.html: #gone leads nowhere',
    ])
  })
})
