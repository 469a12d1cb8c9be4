import { UserError } from '../../core/errors.ts'
import type { Reader, Reply } from '../../core/probe.ts'
import { type Resource, type ResourceKind, defineResourceKind, paths } from '../../core/resource.ts'
import { quote } from '../../core/sh.ts'

/** A unit of systemd, as far as it can be foretold. */
export interface Service {
  /** `loaded`, `not-found`, `masked`, `error` … */
  readonly load: string
  /** `active`, `inactive`, `failed`, `activating` … */
  readonly active: string
  /** `enabled`, `disabled`, `static` …; empty where there is no unit file. */
  readonly enabled: string
  /** Its unit file changed on disk since systemd read it. */
  readonly needsReload: boolean
  /** `simple`, `notify`, `oneshot` …; undefined for what is no service. */
  readonly type?: string | undefined
}

/** The full name of a unit: `docker` is `docker.service`. */
export const unitOf = (name: string): string =>
  /\.(service|socket|timer|mount|path|target|slice|scope|swap|automount|device)$/.test(name)
    ? name
    : `${name}.service`

const units = defineResourceKind('service')

/** Units of systemd, by name: `services.at('docker')` is `docker.service`. */
export const services: ResourceKind = Object.freeze({
  ...units,
  at: (name: string): Resource => units.at(unitOf(name)),
})

/** One `systemctl show` for all units. */
export const service: Reader<Service> = {
  name: 'service',
  ask: (names) => show(names, ['LoadState', 'ActiveState', 'UnitFileState', 'NeedDaemonReload', 'Type']),
  parse: (reply, names) =>
    parseUnits(reply, names, (of) => ({
      load: of('LoadState'),
      active: of('ActiveState'),
      enabled: of('UnitFileState'),
      needsReload: of('NeedDaemonReload') === 'yes',
      ...(of('Type') === '' ? {} : { type: of('Type') }),
    })),
  sees: (name) => [services.at(name), ...UNIT_FILES],
}

/** What changes with each start of a unit and with nothing else: asked by restarts alone, because nobody can foretell it. */
export const serviceRun: Reader<string> = {
  name: 'service-run',
  ask: (names) => show(names, ['InvocationID', 'ActiveEnterTimestampMonotonic', 'MainPID']),
  parse: (reply, names) =>
    parseUnits(reply, names, (of) =>
      ['InvocationID', 'ActiveEnterTimestampMonotonic', 'MainPID'].map(of).join(' '),
    ),
  sees: (name) => [services.at(name)],
}

export const UNIT_FILES: readonly Resource[] = [
  '/etc/systemd',
  '/run/systemd',
  '/usr/lib/systemd',
  '/lib/systemd',
  '/etc/init.d',
].map(paths.below)

const NO_SYSTEMD = 3

// The folder that systemd makes at boot; its tools may be installed where it does not run, such as in a container.
const show = (names: readonly string[], properties: readonly string[]): string => `LC_ALL=C
export LC_ALL
[ -d /run/systemd/system ] || exit ${NO_SYSTEMD}
systemctl show --no-pager --property=Id,${properties.join(',')} -- ${names.map((name) => quote(unitOf(name))).join(' ')} </dev/null`

// Blocks come in the order that was asked in, parted by empty lines; the lines in an order of systemd's own. A unit may
// answer under another name than it was asked for: sshd is an alias of ssh.
function parseUnits<A>(
  reply: Reply,
  names: readonly string[],
  view: (of: (property: string) => string) => A,
): (A | Error)[] {
  if (reply.code === NO_SYSTEMD) {
    throw new UserError('E_NO_SYSTEMD', 'the host does not run systemd', {
      hint: 'On other hosts manage the service with command().',
    })
  }
  const blocks = reply.stdout
    .toString()
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
  return names.map((name, i) => {
    const block = blocks[i]
    if (block === undefined)
      return new Error(`systemctl show ${unitOf(name)}: ${reply.stderr.toString().trim() || 'no answer'}`)
    const lines = new Map(block.split('\n').map((line): [string, string] => pair(line)))
    return view((property) => lines.get(property) ?? '')
  })
}

function pair(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}
