import type { Node } from 'jsonc-parser'
import type { JsonValue } from '../../shared/json-value.ts'
import type { DataEdit, DataKey } from '../shared/data-file/args.ts'
import { withinDepth } from '../shared/data-file/broken.ts'
import { type DataText, editData } from '../shared/data-file/edit.ts'
import { type Layout, endOf, indentOf, layoutOf, startsLine, written } from './layout.ts'
import { jsonc, parseJson } from './parse.ts'
import { withEntry, withoutEntry } from './splice.ts'

/** The text of JSON with the values as they are wanted. */
export function editJson(text: string, wanted: DataEdit): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  return withinDepth('JSON', () => {
    const data = new JsonText(text.slice(mark.length))
    editData(data, wanted)
    return mark + data.text
  })
}

class JsonText implements DataText {
  text: string
  #root: Node | undefined

  constructor(text: string) {
    this.text = text
    this.#root = parseJson(text)
  }

  get(key: DataKey): JsonValue | undefined {
    const node = this.#find(key)
    return node === undefined ? undefined : jsonc.value.getNodeValue(node)
  }

  set(key: DataKey, value: JsonValue): void {
    const { text } = this
    const layout = layoutOf(text, this.#root)
    const node = this.#find(key)
    const holder = key.length === 0 ? undefined : this.#find(key.slice(0, -1))
    if (node !== undefined) {
      const made = written(value, layout, indentOf(text, node.offset))
      this.#become(text.slice(0, node.offset) + made + text.slice(endOf(node)))
    } else if (holder === undefined) {
      const gap = text === '' || text.endsWith('\n') ? '' : layout.end
      this.#become(`${text}${gap}${written(value, layout, '')}${layout.end}`)
    } else this.#become(withEntry(text, holder, this.#entry(holder, key, value, layout), layout))
  }

  #entry(holder: Node, key: DataKey, value: JsonValue, layout: Layout): string {
    const { text } = this
    const [last] = holder.children?.slice(-1) ?? []
    const isInLine = last !== undefined && !startsLine(text, last.offset)
    const indent =
      last === undefined ? indentOf(text, holder.offset) + (layout.unit ?? '') : indentOf(text, last.offset)
    const made = written(value, isInLine ? { ...layout, unit: undefined } : layout, indent)
    const name = key.at(-1)
    return typeof name === 'string' ? `${JSON.stringify(name)}:${layout.space}${made}` : made
  }

  remove(key: DataKey): void {
    const node = this.#find(key)
    // A value of an object stands in a property.
    const entry = node?.parent?.type === 'property' ? node.parent : node
    const holder = entry?.parent
    if (entry === undefined || holder === undefined) return
    this.#become(withoutEntry(this.text, holder, holder.children?.indexOf(entry) ?? -1))
  }

  #find(key: DataKey): Node | undefined {
    return this.#root === undefined ? undefined : jsonc.value.findNodeAtLocation(this.#root, [...key])
  }

  #become(text: string): void {
    this.text = text
    this.#root = parseJson(text)
  }
}
