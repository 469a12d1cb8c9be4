/** One XML element, as data until it is printed. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number>>
  readonly children: readonly (XmlElement | Rendered | string)[]
}

/** An element that was printed before, indented as it has to be. */
export interface Rendered {
  readonly xml: string
}

export function element(
  name: string,
  attributes: XmlElement['attributes'],
  children: XmlElement['children'],
): XmlElement {
  return { name, attributes, children }
}

/** The element as a document. Texts may hold anything; what XML 1.0 cannot carry is left out. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, '')}`
}

/** The element as it looks inside of a document, behind `indent`. */
export const rendered = (one: XmlElement, indent: string): Rendered => ({ xml: render(one, indent) })

function render({ name, attributes, children }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`)
  const open = `${indent}<${name}${pairs.join('')}`
  if (children.length === 0) return `${open}/>`
  const texts = children.filter((child) => typeof child === 'string')
  if (texts.length > 0) return `${open}>${texts.map(escape).join('')}</${name}>`
  const inner = children.map((child) => {
    if (typeof child === 'string') return ''
    return 'xml' in child ? child.xml : render(child, `${indent}  `)
  })
  return [`${open}>`, ...inner, `${indent}</${name}>`].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Unpaired surrogates too: most parsers refuse the whole file for one. */
const UNSAYABLE = /(?![\t\n])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu

const escape = (text: string): string =>
  text.replace(UNSAYABLE, '').replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '')
