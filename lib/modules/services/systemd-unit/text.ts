interface Setting {
  readonly section: string
  readonly key: string
  readonly value: string
}

/** The settings of a unit file in their order, without comments, each on one line. */
function settingsOf(text: string): Setting[] {
  let section = ''
  return text
    .replace(/\\\n(\s*[#;].*\n)*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section
      const [, key, value = ''] = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      return key === undefined ? [] : [{ section, key, value }]
    })
}

/** What a unit file says of being enabled, as one text. */
export const installOf = (text: string): string =>
  settingsOf(text)
    .filter(({ section }) => section === 'Install')
    .map(({ key, value }) => `${key}=${value}\n`)
    .join('')

/** What systemd says of a new unit that nothing enables: undefined where that is not certain. */
export function newUnitFileState(text: string): string | undefined {
  const install = installOf(text)
  if (install === '') return 'static'
  return /^((WantedBy|RequiredBy)=\S.*\n)+$/.test(install) ? 'disabled' : undefined
}

const TYPES = new Set('simple exec forking oneshot dbus notify notify-reload idle'.split(' '))

/** The type of a service by its text alone. */
export function typeOf(text: string): string {
  const settings = settingsOf(text).filter(({ section }) => section === 'Service')
  const last = (name: string): string => settings.findLast(({ key }) => key === name)?.value ?? ''
  const type = settings.findLast(({ key, value }) => key === 'Type' && TYPES.has(value))
  if (type !== undefined) return type.value
  if (last('BusName') !== '') return 'dbus'
  return last('ExecStart') === '' ? 'oneshot' : 'simple'
}

/** Whether a drop-in may change what is asked of a unit: its type, or how it is enabled. */
export const changesStatus = (text: string): boolean =>
  settingsOf(text).some(
    ({ section, key }) => section === 'Install' || ['Type', 'BusName', 'ExecStart'].includes(key),
  )

/** Whether the file gives its unit another name. */
export const hasAlias = (text: string): boolean => settingsOf(text).some(({ key }) => key === 'Alias')
