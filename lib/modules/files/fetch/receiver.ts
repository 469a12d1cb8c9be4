import { type Hash, createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Folder, openFolder, unusable } from './folder.ts'
import { statIn } from './look.ts'
import type { Place } from './target.ts'

/** A file that comes in pieces. It is written beside its place, and takes it when it is whole. */
export class Receiver {
  readonly #path: string
  readonly #name: string
  readonly #folder: Folder
  readonly #temp: string
  readonly #handle: FileHandle
  readonly #hash: Hash = createHash('sha256')

  private constructor(path: string, name: string, folder: Folder, temp: string, handle: FileHandle) {
    this.#path = path
    this.#name = name
    this.#folder = folder
    this.#temp = temp
    this.#handle = handle
  }

  /**
   * @param from what comes. Of this, what a run that was killed has left beside the place is removed
   * @throws UserError E_UNSAFE_PATH, E_LOCAL_FILE
   */
  static async begin(place: Place, from: string): Promise<Receiver> {
    const path = join(place.root, ...place.folders, place.name)
    const folder = await openFolder(place, true)
    if (folder === undefined) throw unusable(path, new Error('its directory cannot be created'))
    const temp = `.run-playbook-${createHash('sha256').update(from).digest('hex').slice(0, 12)}`
    try {
      await rm(folder.at(temp), { force: true })
      // For us alone: the host may have kept it from others. A name that is there already, also that of a link, is refused.
      const handle = await open(folder.at(temp), 'wx', 0o600)
      return new Receiver(path, place.name, folder, temp, handle)
    } catch (error) {
      await folder.close()
      throw unusable(path, error)
    }
  }

  async add(piece: Buffer): Promise<void> {
    this.#hash.update(piece)
    try {
      await this.#handle.writeFile(piece)
    } catch (error) {
      throw unusable(this.#path, error)
    }
  }

  /**
   * Puts the file into its place. A file that is there keeps its mode; a link gives way, whatever it leads to.
   *
   * @param wanted the hash that it must have. Undefined: any
   * @throws Error when it has another
   */
  async keep(wanted: string | undefined): Promise<void> {
    const sum = this.#hash.digest('hex')
    if (wanted !== undefined && sum !== wanted)
      throw new Error(
        `the file changed on the host while it was read, so ${this.#path} was left as it was: run it again, or set validateChecksum: false`,
      )
    try {
      const here = await statIn(this.#folder, this.#name)
      if (here?.isFile()) await this.#handle.chmod(here.mode & 0o777)
      await this.#handle.sync()
      await rename(this.#folder.at(this.#temp), this.#folder.at(this.#name))
    } catch (error) {
      throw unusable(this.#path, error)
    }
    await this.#close()
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await rm(this.#folder.at(this.#temp), { force: true }).catch(() => {})
    await this.#close()
  }

  async #close(): Promise<void> {
    await this.#handle.close()
    await this.#folder.close()
  }
}
