import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { plainName } from './args.ts'
import { lineOf } from './edit.ts'

/** Where glibc has locales. */
export const FOLDER = '/usr/lib/locale'

/** Whether the host has a locale; `none` where it has not, and no locale-gen either. */
export type LocaleStatus = (typeof STATUSES)[number]

const STATUSES = ['present', 'absent', 'none'] as const

/** By its name. */
export const localeStatus: Reader<LocaleStatus> = readerOfOne<LocaleStatus>({
  name: 'locale',
  ask: (name) => sh`PATH=$PATH:/usr/sbin:/sbin
if command -v locale >/dev/null && locale -a 2>/dev/null | grep -qixF -e ${plainName(name)} -e ${name}; then echo present
elif command -v locale-gen >/dev/null; then echo absent
else echo none; fi`,
  parse: ({ stdout }) => {
    const said = stdout.toString().trim()
    const status = STATUSES.find((one) => one === said)
    if (status !== undefined) return status
    throw new Error('the host does not say whether it has the locale')
  },
  sees: () => [paths.below(FOLDER), ...['/usr/sbin/locale-gen', '/usr/bin/locale'].map(paths.at)],
})

const LISTS = ['/usr/share/i18n/SUPPORTED', '/usr/local/share/i18n/SUPPORTED']

/** What the lists of the system say of a locale, by its name: `de_DE.UTF-8 UTF-8`. Undefined where they do not have it. */
export const supportedLocale: Reader<string | undefined> = readerOfOne<string | undefined>({
  name: 'supported locale',
  ask: (name) => sh`grep -h -F -e ${name.replace(/[.@].*/, '')} ${LISTS} 2>/dev/null || :`,
  parse: ({ stdout }, name) => lineOf(stdout.toString(), name),
  sees: () => LISTS.map(paths.at),
})
