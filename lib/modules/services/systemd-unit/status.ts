import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { type Service, UNIT_FILES, service, services, unitOf } from '../../shared/service.ts'

/** What systemd has of a unit. */
export interface UnitStatus {
  /** Undefined for a template, which systemd does not load. */
  readonly unit: Service | undefined
  /** The file of the unit, or one of its instances, changed since systemd read it. */
  readonly needsReload: boolean
  /** Links of another unit start it, also if it is not there: those of `systemctl enable`. */
  readonly linked: boolean
}

/** By the full name of a unit. Undefined where the host does not run systemd. */
export const unitStatus: Reader<UnitStatus | undefined> = readerOfOne<UnitStatus | undefined>({
  name: 'unit',
  ask: (unit) => sh`[ -d /run/systemd/system ] && command -v systemctl >/dev/null || { echo none; exit 0; }
linked=no
for link in /etc/systemd/system/*.wants/${unit} /etc/systemd/system/*.requires/${unit}; do [ ! -L "$link" ] || linked=yes; done
echo "$linked"
${{ raw: service.ask([loadedNames(unit)]) }}`,
  parse: ({ stdout, ...reply }, unit) => {
    const [head, ...lines] = stdout.toString().split('\n')
    if (head === 'none') return undefined
    if (head !== 'yes' && head !== 'no') throw new Error(`systemd says nothing of ${unit}`)
    const linked = head === 'yes'
    const shown = lines.join('\n')
    if (isTemplate(unit))
      return { unit: undefined, needsReload: /^NeedDaemonReload=yes$/m.test(shown), linked }
    const [found] = service.parse({ ...reply, stdout: Buffer.from(shown) }, [unit])
    if (found === undefined || found instanceof Error) throw found ?? new Error(`${unit}: no answer`)
    return { unit: found, needsReload: found.needsReload, linked }
  },
  sees: (unit) => [services.at(unit), ...UNIT_FILES],
})

export const isTemplate = (unit: string): boolean => /@\.\w+$/.test(unit)

/** Of a template, those that are loaded of its instances. */
const loadedNames = (unit: string): string =>
  isTemplate(unit) ? unit.replaceAll('\\', '\\\\').replace('@.', '@*.') : unit

/** Whether a file of the one is one of the other too: that of a template is one of all its instances. */
export const isOfSame = (one: string, other: string): boolean =>
  one === other || (isTemplate(one) && unitOf(other).replace(/@.*(?=\.\w+$)/, '@') === one)
