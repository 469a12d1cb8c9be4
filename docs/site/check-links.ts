import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Link {
  /** The page that has it, in the folder of the site. */
  readonly page: string
  readonly href: string
  /** The file that it leads to, in the folder of the site. */
  readonly target: string
  readonly anchor: string
}

/** The links of a site to itself. */
function linksOf(site: string): Link[] {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  return pages.flatMap((page) =>
    [...readFileSync(join(site, page), 'utf8').matchAll(/ (?:href|src)="([^"]+)"/g)]
      .map(([, href = '']) => decodeURI(href))
      .filter((href) => !/^(?:https?|mailto):/.test(href))
      .map((href) => {
        const [path = '', anchor = ''] = href.split('#')
        return { page, href, target: path === '' ? page : join(dirname(page), path), anchor }
      }),
  )
}

/** Copies the files of the repository that pages link to, such as a dashboard, to the same place in the site. */
export function copyLinked(site: string): void {
  for (const { target } of linksOf(site)) {
    if (existsSync(join(site, target)) || !existsSync(target) || !statSync(target).isFile()) continue
    mkdirSync(join(site, dirname(target)), { recursive: true })
    copyFileSync(target, join(site, target))
  }
}

/** The links of a site that lead to no file or to no place in it, with the page that has them. */
export function brokenLinks(site: string): string[] {
  const leads = ({ target, anchor }: Link): boolean => {
    const file = join(site, target)
    if (!existsSync(file) || !statSync(file).isFile()) return false
    return anchor === '' || readFileSync(file, 'utf8').includes(` id="${anchor}"`)
  }
  return linksOf(site)
    .filter((link) => !leads(link))
    .map(({ page, href }) => `${page}: ${href} leads nowhere`)
}
