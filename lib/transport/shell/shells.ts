import { UnreachableError, UserError } from '../../core/errors.ts'
import type { LockRequest } from './batch.ts'
import { checkAccount, openShellOf } from './become.ts'
import type { Channel } from '../channel.ts'
import type { Settings } from '../connection-options.ts'
import type { Link } from '../connection-type.ts'
import { Shell, type ShellOptions, newNonce } from './shell.ts'
import { BOOTSTRAP } from './program.ts'
import type { User } from '../transport.ts'

/** The shells of a connection, one for each user, and who of them has the lock. */
export class Shells {
  readonly #link: Link
  readonly #settings: Settings
  readonly #options: ShellOptions
  readonly #countRoundTrip: () => void
  readonly #byUser = new Map<User, Promise<Shell>>()
  /** Those that were opened through root while it had the lock, and so can share it. */
  readonly #canShare = new WeakSet<Shell>()
  readonly #opened: Shell[] = []
  #rootHasLock = false

  constructor(
    link: Link,
    settings: Settings,
    { countRoundTrip, stopped }: { countRoundTrip: () => void; stopped: () => boolean },
  ) {
    this.#link = link
    this.#settings = settings
    this.#countRoundTrip = countRoundTrip
    this.#options = { ...settings, tryIt: link.tryIt, stopFile: this.stopFile, stopped }
  }

  /** Its name in /tmp and the like, which nobody else knows. */
  readonly stopFile = `run-playbook-stop-${newNonce()}`

  get all(): readonly Shell[] {
    return this.#opened
  }

  /** Channels that are only being opened do not count. */
  get open(): readonly Shell[] {
    return this.#opened.filter(({ ended }) => !ended)
  }

  /**
   * The shell of a user, and what to ask it for when it is to have the lock.
   *
   * Whoever works as root or through root has root's lock. The login user has a lock of its own, because it may not
   * open root's; it does not insist on it while root has the lock.
   */
  async withLock(user: User): Promise<{ shell: Shell; lock: LockRequest | undefined; done: () => void }> {
    const { lock } = this.#settings
    const shell = await this.get(user)
    if (lock === undefined) return { shell, lock, done: () => {} }
    if (await this.#isRoot(user)) return { shell, lock, done: () => (this.#rootHasLock = true) }
    if (user === 'login') {
      const seconds = this.#rootHasLock ? -1 : lock.seconds
      return { shell, lock: { ...lock, seconds }, done: () => {} }
    }
    if (this.#canShare.has(shell)) return { shell, lock: 'share', done: () => {} }
    const taken = await this.#takeFor(user)
    if (taken === 'own') return { shell, lock, done: () => {} }
    // The shell has to be opened again to get hold of the lock.
    this.#byUser.delete(user)
    await shell.close()
    const other = await this.get(user)
    this.#canShare.add(other)
    return { shell: other, lock: 'share', done: () => {} }
  }

  get(user: User): Promise<Shell> {
    const key = user === 'root' && this.#link.isRoot ? 'login' : user
    const known = this.#byUser.get(key)
    if (known !== undefined) return known
    const shell = this.#start(key)
    this.#byUser.set(key, shell)
    shell.then(
      (opened) => this.#opened.push(opened),
      (error: unknown) => {
        // A shell that could not be opened is not remembered, except that a refused password is never sent twice.
        if (!(error instanceof UserError && error.code === 'E_BECOME_FAILED')) this.#byUser.delete(key)
      },
    )
    return shell
  }

  /** A channel that runs the login user's bootstrap. @throws UnreachableError when the host does not open it in time */
  async openChannel(): Promise<Channel> {
    const { host, patience } = this.#settings
    const opening = this.#link.openChannel(BOOTSTRAP)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        void opening.then(
          (channel) => channel.destroy(),
          () => {},
        )
        const why = `the server did not open a session within ${patience / 1000} s`
        reject(new UnreachableError('E_CONNECTION_LOST', `the connection to ${host} was lost: ${why}`))
      }, patience)
    })
    return Promise.race([opening, late]).finally(() => clearTimeout(timer))
  }

  async #start(user: User): Promise<Shell> {
    if (user === 'login') return new Shell(await this.openChannel(), this.#options)
    const { host, becomePassword } = this.#settings
    checkAccount(user, host)
    if (await this.#loginIsRoot()) {
      if (user === 'root') return this.get('login')
      return openShellOf(user, await this.openChannel(), undefined, this.#options)
    }
    if (user === 'root' || becomePassword === undefined) {
      if (becomePassword !== undefined) this.#countRoundTrip()
      return openShellOf(user, await this.openChannel(), becomePassword, this.#options)
    }
    // The password is sent again when root's shell has shown that it is right.
    const refused = await this.get('root').then(() => undefined, becomeFailure)
    const password = refused === undefined ? becomePassword : undefined
    if (password !== undefined) this.#countRoundTrip()
    return openShellOf(user, await this.openChannel(), password, this.#options, refused)
  }

  /** Takes the lock that another account's work needs: root's, or the account's own where nobody can become root. */
  async #takeFor(user: User): Promise<'root' | 'own'> {
    if (this.#rootHasLock) return 'root'
    try {
      const root = await this.get('root')
      this.#countRoundTrip()
      await root.run({
        scripts: [{ kind: 'probe', script: ':' }],
        lock: this.#settings.lock,
        onReply: undefined,
      })
      this.#rootHasLock = true
      return 'root'
    } catch (error) {
      becomeFailure(error)
      this.#settings.trace(`${user} takes a lock of its own: nobody can become root`)
      return 'own'
    }
  }

  async #isRoot(user: User): Promise<boolean> {
    return user === 'root' || (user === 'login' && (await this.#loginIsRoot()))
  }

  async #loginIsRoot(): Promise<boolean> {
    if (this.#link.isRoot) return true
    const login = await this.#byUser.get('login')?.catch(() => undefined)
    return login?.greeting?.uid === 0
  }
}

/** @throws every other error */
function becomeFailure(error: unknown): UserError {
  if (error instanceof UserError && error.code === 'E_BECOME_FAILED') return error
  throw error
}
