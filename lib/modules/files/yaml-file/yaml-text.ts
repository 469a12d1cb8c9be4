import type { Document, Node, Pair, YAMLMap } from 'yaml'
import type { JsonValue } from '../../shared/json-value.ts'
import type { DataKey } from '../shared/data-file/args.ts'
import { type DataText, leadsNowhere } from '../shared/data-file/edit.ts'
import { library } from './library.ts'

/** The data of a document. */
export class YamlText implements DataText {
  readonly document: Document
  changed = false

  constructor(document: Document) {
    this.document = document
  }

  get(key: DataKey): JsonValue | undefined {
    const found = this.#find(key)
    return found === undefined || found === null ? found : found.toJS(this.document)
  }

  set(key: DataKey, value: JsonValue): void {
    const { isMap, isSeq } = library.value.yaml
    this.changed = true
    const [name = ''] = key.slice(-1)
    const old = this.#find(key)
    const made = this.#node(value, old, key)
    const holder = this.#holder(key)
    if (key.length === 0) this.document.contents = made
    else if (isSeq(holder)) holder.items[Number(name)] = made
    else if (isMap(holder)) {
      const pair = pairOf(holder, name)
      if (pair === undefined) holder.items.push(this.document.createPair(this.#node(name), made))
      else pair.value = made
    }
  }

  remove(key: DataKey): void {
    const { isMap, isSeq } = library.value.yaml
    this.changed = true
    this.#assertFree(this.#find(key), key)
    const [name = ''] = key.slice(-1)
    const holder = this.#holder(key)
    if (isSeq(holder)) holder.items.splice(Number(name), 1)
    if (isMap(holder)) holder.items = holder.items.filter((pair) => pair !== pairOf(holder, name))
  }

  /** What stands at a place; aliases are followed on the way. */
  #find(key: DataKey): Node | null | undefined {
    const { isAlias, isMap, isNode, isSeq } = library.value.yaml
    let node: unknown = this.document.contents
    for (const part of key) {
      const there = isAlias(node) ? node.resolve(this.document) : node
      if (isMap(there)) node = pairOf(there, part)?.value
      else if (isSeq(there)) node = there.items[Number(part)]
      else return undefined
    }
    return isNode(node) ? node : node === null ? null : undefined
  }

  /** The map or list that is to be changed. */
  #holder(key: DataKey): Node | null | undefined {
    const { isAlias } = library.value.yaml
    for (let length = 0; length < key.length; length++) {
      const above = key.slice(0, length)
      const node = this.#find(above)
      if (isAlias(node)) throw leadsNowhere(above, `is an alias of &${node.source}, which others may use`)
    }
    return this.#find(key.slice(0, -1))
  }

  /** A value in the place of another, whose comments it takes over. */
  #node(value: JsonValue, old?: Node | null, key: DataKey = []): Node {
    const { isScalar, visit } = library.value.yaml
    this.#assertFree(old, key)
    const made = this.document.createNode(value)
    visit(made, {
      Scalar: (_, scalar) => {
        if (typeof scalar.value === 'string' && isOlder(scalar.value)) scalar.type = 'QUOTE_DOUBLE'
      },
    })
    if (old === undefined || old === null) return made
    made.commentBefore = old.commentBefore ?? null
    made.comment = old.comment ?? null
    made.spaceBefore = old.spaceBefore ?? false
    if (isScalar(made) && isScalar(old) && typeof old.value === 'string' && old.type !== undefined)
      made.type ??= old.type
    return made
  }

  /** @throws UserError where something else of the document is what stands here */
  #assertFree(node: Node | null | undefined, key: DataKey): void {
    const { visit } = library.value.yaml
    if (node === undefined || node === null) return
    const used = new Set<string>()
    visit(this.document, { Alias: (_, { source }) => void used.add(source) })
    visit(node, {
      Value: (_, { anchor }) => {
        if (anchor !== undefined && used.has(anchor))
          throw leadsNowhere(key, `has the anchor &${anchor}, which is used elsewhere in the file`)
      },
    })
  }
}

function pairOf(map: YAMLMap, name: string | number): Pair | undefined {
  const { isScalar } = library.value.yaml
  const named = (pair: Pair): unknown => (isScalar(pair.key) ? pair.key.value : undefined)
  return (
    map.items.find((pair) => named(pair) === name) ??
    map.items.find((pair) => String(named(pair)) === String(name))
  )
}

/** Whether a program that reads YAML 1.1 takes the word for something else, such as `yes` for true. */
function isOlder(text: string): boolean {
  const { stringify } = library.value.yaml
  return stringify(text, { compat: 'yaml-1.1' }) !== stringify(text)
}
