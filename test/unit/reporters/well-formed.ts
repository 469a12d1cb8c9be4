import assert from 'node:assert/strict'

/** Enough of XML to be sure: tags balance, attributes are quoted, texts hold no bare signs, all characters are allowed. */
export function assertWellFormed(xml: string): void {
  assert.match(xml, /^[\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
  const open: string[] = []
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '')
  const text = body.replace(
    /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
    (_all, close, name: string, _attributes, empty) => {
      if (close === '/') assert.equal(open.pop(), name)
      else if (empty !== '/') open.push(name)
      return ''
    },
  )
  assert.deepEqual(open, [])
  assert.doesNotMatch(text, /[<>]/)
  assert.doesNotMatch(body, /&(?!(?:amp|lt|gt|quot);)/)
}
