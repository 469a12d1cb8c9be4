import { UNIT_FILES, services as units } from '../shared/service.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, matching } from './shared/lines.ts'

/** A unit of systemd. */
export interface Unit {
  /** With its type: `docker.service`. */
  readonly name: string
  /** `loaded`, `not-found`, `masked`, `error`; `not-loaded` for one that has a file and is not in use. */
  readonly load: string
  /** `active`, `inactive`, `failed`, `activating` … */
  readonly active: string
  /** More precisely: `running`, `exited`, `dead`, `listening` … */
  readonly sub: string
  /** `enabled`, `disabled`, `static`, `masked` …; empty where there is no unit file. */
  readonly enabled: string
}

const TYPES = 'service,socket,timer,path,target'

const SCRIPT = `[ -d /run/systemd/system ] || exit 0
units=$(systemctl list-units --all --plain --full --no-legend --no-pager --type=${TYPES} </dev/null) || exit
files=$(systemctl list-unit-files --full --no-legend --no-pager --type=${TYPES} </dev/null) || exit
printf '%s\\n' "$units" | sed 's/^ */unit /'
printf '%s\\n' "$files" | sed 's/^ */file /'`

/**
 * The services of systemd, with its sockets, timers, paths and targets. Empty where the host does not run systemd.
 *
 * @dryRun Asks systemd in a dry run too, and is ok. Unknown after a `packages` or `service` task that would change, and after a
 * change of a unit file; tasks that are made from it are then unknown too.
 *
 * @example
 * const services = facts.services('services')
 * return [services, service('stop apache', { name: 'apache2', state: 'stopped' }, {
 *   when: from(services, (units) => units.some(({ name }) => name === 'apache2.service')),
 * })]
 */
export const services: HostFact<readonly Unit[]> = hostFact({
  name: 'services',
  script: SCRIPT,
  parse,
  sees: [units.all, ...UNIT_FILES],
})

const NAME = String.raw`([\w:.@\\-]{1,256}\.(?:service|socket|timer|path|target))`
// systemd marks units that failed or are not found with a dot or an asterisk, also where it was asked for plain lines.
const UNIT = new RegExp(
  String.raw`^(?:[^\w\s-]\s+)?${NAME}\s+([\w-]{1,32})\s+([\w-]{1,32})\s+([\w-]{1,32})(?:\s|$)`,
)
const FILE = new RegExp(String.raw`^${NAME}\s+([\w-]{1,32})(?:\s|$)`)

function parse(lines: Lines): readonly Unit[] {
  const found = new Map<string, Unit>()
  const loaded = matching(lines.all('unit'), UNIT, ([, name = '', load = '', active = '', sub = '']) => ({
    name,
    load,
    active,
    sub,
    enabled: '',
  }))
  for (const unit of loaded) found.set(unit.name, unit)
  const files = matching(lines.all('file'), FILE, ([, name = '', enabled = '']) => ({ name, enabled }))
  for (const { name, enabled } of files) {
    const known = found.get(name) ?? { name, load: 'not-loaded', active: 'inactive', sub: 'dead' }
    found.set(name, { ...known, enabled })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
