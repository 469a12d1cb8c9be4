import { headingId, htmlOf } from './links.js'

// Read by Eleventy, which `npm run docs:site` starts: the pages as they are, without front matter or a template language in them.
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docker/postgres/README.md']

/** @param {any} config */
export default function configure(config) {
  config.addGlobalData('layout', 'page.liquid')
  config.addGlobalData(
    'permalink',
    () =>
      ({ page }) =>
        htmlOf(page.inputPath.replace(/^\.\//, '')),
  )
  config.addGlobalData('eleventyComputed', {
    title: ({ page }) => /^# (.+)$/m.exec(page.rawInput ?? '')?.[1] ?? 'run-playbook',
    root: ({ page }) => '../'.repeat(page.inputPath.replace(/^\.\//, '').split('/').length - 1) || './',
  })
  config.addPreprocessor('pages', 'md', ({ page }, _content) => {
    const path = page.inputPath.replace(/^\.\//, '')
    return PAGES.includes(path) || path.startsWith('docs/') ? undefined : false
  })
  config.amendLibrary('md', (md) => {
    // Eleventy turns blocks off that are code because they are indented.
    md.enable('code')
    md.renderer.rules.heading_open = (tokens, index, options, _env, self) => {
      tokens[index].attrSet('id', headingId(tokens[index + 1].content))
      return self.renderToken(tokens, index, options)
    }
    md.renderer.rules.link_open = (tokens, index, options, _env, self) => {
      tokens[index].attrSet('href', htmlOf(tokens[index].attrGet('href')))
      return self.renderToken(tokens, index, options)
    }
  })
  for (const folder of ['bench', 'bin', 'dist', 'lib', 'playbooks', 'roles', 'starter', 'test', '.lab*'])
    config.ignores.add(`${folder}/**`)
  config.addPassthroughCopy({ 'docs/site/style.css': 'style.css' })
  return {
    dir: { input: '.', output: 'dist-docs', includes: 'docs/site' },
    templateFormats: ['md'],
    markdownTemplateEngine: false,
  }
}
