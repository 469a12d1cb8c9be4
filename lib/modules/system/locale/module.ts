import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, predict } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { type KeptText, applyKeptText, planKeptText, probeKeptText } from '../../shared/kept-text.ts'
import { type LocaleArgs, args, plainName } from './args.ts'
import { editLocales, lineOf } from './edit.ts'
import { FOLDER, type LocaleStatus, localeStatus, supportedLocale } from './reader.ts'

/** What is there of a locale. */
export interface LocaleState {
  readonly status: LocaleStatus
  /** /etc/locale.gen, which says which locales are made. */
  readonly list: KeptText
  /** What the system says of it, such as `de_DE.UTF-8 UTF-8`. Undefined where it does not know it. */
  readonly supported: string | undefined
}

const LIST = '/etc/locale.gen'

/**
 * A locale of a host with glibc and `locale-gen`, as Debian and Ubuntu have it: made now, and listed in `/etc/locale.gen`, so that it is made
 * anew when glibc is upgraded. On others a package brings locales, such as `glibc-langpack-de` of Fedora: there it is an error unless
 * the host has the locale.
 *
 * As in Ansible's `community.general.locale_gen`, the line of the file is uncommented, or commented out. Unlike there, one name is
 * taken at a time; a locale that the file does not have is looked up in the lists of the system; one that is there already but not in the
 * file is added to it; others that are there already are not made anew; and a locale that the host does not know is an error in
 * the dry run too. The locale that programs use is in `/etc/default/locale`, which `lineinfile` changes.
 *
 * @dryRun Asks `locale -a` and the lists of the system, and shows the diff of `/etc/locale.gen`. Later tasks see the locale and
 * the new text. Unknown if an earlier `packages` task would change.
 *
 * @throws UserError E_NO_LOCALE
 *
 * @example
 * return [packages('locales', { names: ['locales'] }), locale('German', { name: 'de_DE.UTF-8' })]
 */
export const locale: Module<LocaleArgs, LocaleState> = defineModule<LocaleArgs, LocaleArgs, LocaleState>({
  name: 'locale',
  args,
  probe: ({ name }): Probe<LocaleState> =>
    askAll<LocaleState>({
      status: ask(localeStatus, name),
      list: probeKeptText(LIST),
      supported: ask(supportedLocale, name),
    }),
  plan,
  apply,
  touches: () => [paths.at(LIST), paths.below(FOLDER)],
})

const edit =
  (given: LocaleArgs, { supported }: LocaleState) =>
  (text: string): string =>
    editLocales(text, given, supported)

/** On a host that has no locale-gen, nothing reads the file. */
const hasList = ({ status, list }: LocaleState): boolean =>
  status !== 'none' && (status === 'absent' || list.file.here.type === 'file')

function plan(given: LocaleArgs, state: LocaleState): Plan {
  const { name, state: wanted = 'present' } = given
  const live = liveChange(given, state)
  const file = hasList(state) ? planKeptText(LIST, state.list, edit(given, state)) : { changes: [] }
  const changes = [...file.changes, ...(live === undefined ? [] : [live])]
  if (changes.length === 0) return { changes, because: `already ${wanted}` }
  const after = live === undefined ? state.status : wanted
  return {
    changes,
    leaves: [
      ...(file.leaves ?? []),
      predict(localeStatus, name, after),
      predict(supportedLocale, name, state.supported),
    ],
  }
}

function liveChange(given: LocaleArgs, state: LocaleState): Change | undefined {
  const { name, state: wanted = 'present' } = given
  if (wanted === 'absent')
    return state.status === 'present' ? { what: 'state', from: 'present', to: 'absent' } : undefined
  if (state.status === 'present') return undefined
  const hint =
    state.status === 'none'
      ? `Install the package that has it in an earlier task: locales on Debian, glibc-langpack-${name.slice(0, 2)} on Fedora and RHEL.`
      : 'Check the name: /usr/share/i18n/SUPPORTED lists those that the host knows.'
  if (state.status === 'none') throw new UserError('E_NO_LOCALE', 'the host has no locale-gen', { hint })
  if (state.supported === undefined && lineOf(state.list.file.text ?? '', name) === undefined)
    throw new UserError('E_NO_LOCALE', `the host knows no locale ${name}`, { hint })
  return { what: 'state', from: 'absent', to: 'present' }
}

// The list first: locale-gen makes what it says.
function apply(given: LocaleArgs, state: LocaleState): ShellStep[] {
  const path = 'PATH=$PATH:/usr/sbin:/sbin'
  const script =
    given.state === 'absent'
      ? sh`${{ raw: path }}; localedef --delete-from-archive ${plainName(given.name)} 2>/dev/null || locale-gen`
      : `${path}; locale-gen --keep-existing`
  return [
    ...(hasList(state) ? applyKeptText(LIST, state.list, edit(given, state)) : []),
    ...(liveChange(given, state) === undefined ? [] : [{ script }]),
  ]
}
