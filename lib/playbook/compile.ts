import { type Group, isGroup } from '../core/group.ts'
import { type Deferred, isDeferred } from '../core/deferred.ts'
import { UserError } from '../core/errors.ts'
import { declaredAt } from '../core/declared-at.ts'
import { checking, checkingFor, locating, remark } from '../core/mistakes.ts'
import { type SharedOptions, type Task, type TaskList, flatten } from '../core/task.ts'
import { checkDependencies, checkHandler, checkTask, handlersOf } from './check-task.ts'
import { checkEntry, checkUse } from './check-list.ts'
import { checkGroup, checkPlay, listOf } from './check-play.ts'
import { nameOf } from './identify.ts'
import type { Host, Inventory } from './inventory.ts'
import { selectHosts } from './pattern.ts'
import type { Play } from './playbook.ts'
import type { Entry, Item, Place } from './program.ts'
import type { RoleUse } from './role.ts'
import { type TagSelection, isSelected } from './tags.ts'

/** What one host does in one play. */
export interface HostPlay {
  readonly host: Host
  readonly program: readonly Entry[]
  /** In the order in which they were first notified. Grows while tasks are made from what was found. */
  readonly handlers: readonly Item[]
  /** Of all tasks, selected or not. */
  readonly tags: ReadonlySet<string>
  /** A task of it runs on another host, or may: tasks that are made from what was found are not known yet. */
  readonly reachesOut: boolean
}

export interface CompiledPlay {
  readonly play: Play
  readonly hosts: readonly HostPlay[]
}

/**
 * Expands plays into the program of each host. Pure; everything that can be wrong with a playbook before asking a host
 * is found here.
 * @throws UserError naming the line of the playbook or role
 */
export function compilePlays(
  plays: readonly Play[],
  inventory: Inventory,
  hosts: readonly Host[],
  limited: readonly Host[],
  selection: TagSelection,
): CompiledPlay[] {
  const known = Object.keys(inventory.hosts)
  const compilePlay = (play: Play): CompiledPlay => {
    checkPlay(play)
    const selected = selectHosts(inventory, hosts, play.hosts, `play ${play.name}`)
    if (selected.length === 0 && !Array.isArray(play.hosts)) remark(withoutHosts(play))
    const within = selected.filter((host) => limited.includes(host))
    const compile = (host: Host) => compileHost(play, host, known, selection)
    return {
      play,
      hosts: within.map((host) => checkingFor(host.name, within.length, () => compile(host))),
    }
  }
  return plays.flatMap((play) =>
    checking(
      () => [locating(declaredAt(play), () => compilePlay(play))],
      () => [],
    ),
  )
}

const withoutHosts = ({ name }: Play): UserError =>
  new UserError('E_NOT_LOOKED_AT', `the tasks of play ${name} were not checked: it has no hosts`)

/** Where a task stands: what its play, role and groups say. */
interface Surroundings {
  readonly role: string
  readonly tags: readonly string[]
  readonly notify: readonly Task[]
  readonly places: readonly Place[]
  readonly conditions: Item['conditions']
  readonly environment: Readonly<Record<string, string>>
  readonly options: Pick<
    SharedOptions,
    'become' | 'becomeUser' | 'ignoreErrors' | 'delegateTo' | 'runOnce' | 'timeoutMs'
  >
}

function compileHost(play: Play, host: Host, known: readonly string[], selection: TagSelection): HostPlay {
  const handlers = new Map<Task, Item>()
  // Grows with them. No getter, which would keep all that the compiling of the host needed.
  const inOrder: Item[] = []
  const listed = new Set<Task>()
  const tags = new Set<string>()
  const times = new Map<string, number>()
  let reachesOut = false

  const compileList = (list: TaskList, around: Surroundings): Entry[] =>
    flatten(list).flatMap((entry) =>
      checking(
        () => compileEntry(entry, around),
        () => [],
      ),
    )

  const compileEntry = (entry: Task | Group | Deferred<TaskList>, around: Surroundings): Entry[] => {
    checkEntry(entry, `play ${play.name}`)
    if (!isDeferred(entry)) return isGroup(entry) ? compileGroup(entry, around) : compileTask(entry, around)
    checkDependencies('a list of tasks', entry.tasks, listed)
    reachesOut = true
    const compile = (made: TaskList) => compileList(made, around)
    return [{ kind: 'make', list: entry, places: around.places, compile }]
  }

  const compileGroup = (group: Group, around: Surroundings): Entry[] => {
    checkGroup(group, known)
    const inner = within(around, group.options, { name: group.options.name ?? 'a group', at: group.at })
    for (const condition of inner.conditions)
      if (isDeferred(condition)) checkDependencies('a group', condition.tasks, listed, group.at)
    if (group.rescue.length === 0 && group.always.length === 0) return compileList(group.tasks, inner)
    const name = group.options.name ?? group.at
    const rescue: Entry[] = []
    const block = { name, rescue }
    const part = (part: Place['part']): Surroundings => ({
      ...inner,
      places: [...inner.places, { block, part }],
    })
    const tasks = compileList(group.tasks, part('tasks'))
    rescue.push(...compileList(group.rescue, part('rescue')))
    return [...tasks, ...compileList(group.always, part('always'))]
  }

  const compileTask = (task: Task, around: Surroundings): Entry[] => {
    checkTask(task, listed, handlers, known)
    listed.add(task)
    const inner = within(around, task.options, task)
    const notify = [...around.notify, ...handlersOf(task)].map((handler) => {
      const made = handlers.get(handler)
      if (made !== undefined) return made
      checkHandler(handler, listed, known)
      const one = makeItem(
        handler,
        { ...within(around, handler.options, handler), conditions: conditionsOf([], handler) },
        NOBODY,
        true,
      )
      handlers.set(handler, one)
      inOrder.push(one)
      return one
    })
    const item = makeItem(task, inner, notify.length === 0 ? NOBODY : [...new Set(notify)], false)
    for (const tag of item.tags) tags.add(tag)
    return isSelected(item.tags, selection) ? [{ kind: 'task', item, places: around.places }] : []
  }

  const makeItem = (
    task: Task,
    { role, tags, conditions, environment, options }: Surroundings,
    notify: readonly Item[],
    handler: boolean,
  ): Item => {
    const { ignoreErrors = false, delegateTo, runOnce = false, timeoutMs } = options
    reachesOut ||= delegateTo !== undefined
    const name = nameOf({ handler, play: play.name, role, task })
    const nth = times.get(name) ?? 0
    times.set(name, nth + 1)
    return {
      task,
      play: play.name,
      role,
      tags,
      user: userOf(options),
      handler,
      notify,
      conditions,
      environment,
      ignoreErrors,
      delegateTo: typeof delegateTo === 'object' ? delegateTo.name : delegateTo,
      runOnce,
      timeoutMs,
      host: host.name,
      nth,
    }
  }

  const top: Surroundings = {
    role: '',
    tags: play.tags ?? [],
    notify: [],
    places: [],
    conditions: [],
    environment: play.environment ?? {},
    options: { become: play.become ?? true, becomeUser: play.becomeUser },
  }
  const made = <T>(make: () => readonly T[]): readonly T[] => forHost(host, () => checking(make, () => []))
  const roles = made(() => listOf(play, 'roles', play.roles?.(host))).flatMap((use) => (use ? [use] : []))
  const compileRole = (use: RoleUse): Entry[] => {
    checkUse(use, `play ${play.name}`)
    return compileList(use.tasks, { ...top, role: use.role, tags: [...top.tags, ...use.tags] })
  }
  const program = [
    ...roles.flatMap((use) =>
      checking(
        () => compileRole(use),
        () => [],
      ),
    ),
    ...compileList(
      made(() => listOf(play, 'tasks', play.tasks?.(host))),
      top,
    ),
  ]
  return { host, program, handlers: inOrder, tags, reachesOut }
}

/** What most tasks notify. */
const NOBODY: readonly Item[] = []

/** What a play makes for a host. An error in it says which host, because another one may have other vars. */
function forHost<T>({ name }: Host, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof UserError) || error.message.split(/[^\w.-]+/).includes(name)) throw error
    const { code, message, hint, at } = error
    throw new UserError(code, `${message} (for the host ${name})`, { hint, at, cause: error })
  }
}

/** What holds inside of something with these options. */
function within(
  around: Surroundings,
  options: SharedOptions,
  { name, at }: { readonly name: string; readonly at: string },
): Surroundings {
  const { become, becomeUser, ignoreErrors, delegateTo, runOnce, timeoutMs } = options
  const own = { ignoreErrors, delegateTo, runOnce, timeoutMs }
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
  return {
    ...around,
    tags: options.tags === undefined ? around.tags : [...around.tags, ...options.tags],
    notify: [...around.notify, ...handlersOf({ options, name, at })],
    conditions: conditionsOf(around.conditions, { options }),
    environment:
      options.environment === undefined
        ? around.environment
        : { ...around.environment, ...options.environment },
    options: { ...around.options, ...given, ...rights(around.options, become, becomeUser) },
  }
}

const conditionsOf = (
  outer: Item['conditions'],
  { options: { when } }: { readonly options: SharedOptions },
): Item['conditions'] => (when === undefined || when === true ? outer : [...outer, when])

// Who says `become: false` wants the login user, whatever is said around it; who names a user wants to become that one.
function rights(
  around: Surroundings['options'],
  become: boolean | undefined,
  becomeUser: string | undefined,
): Pick<SharedOptions, 'become' | 'becomeUser'> {
  if (becomeUser !== undefined) return { become: become ?? true, becomeUser }
  if (become === undefined) return { become: around.become, becomeUser: around.becomeUser }
  return { become, becomeUser: become ? around.becomeUser : undefined }
}

const userOf = ({ become, becomeUser }: Surroundings['options']): string =>
  become === false ? 'login' : (becomeUser ?? 'root')
