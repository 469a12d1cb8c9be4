import type { ServiceArgs } from '../../../../lib/modules/index.ts'
import type { Service } from '../../../../lib/modules/shared/service.ts'

export const RUNNING: Service = { load: 'loaded', active: 'active', enabled: 'enabled', needsReload: false }
export const MISSING: Service = { load: 'not-found', active: 'inactive', enabled: '', needsReload: false }
const STOPPED: Service = { ...RUNNING, active: 'inactive' }
const OFF: Service = { ...STOPPED, enabled: 'disabled' }
const MASKED: Service = { load: 'masked', active: 'inactive', enabled: 'masked', needsReload: false }

interface Case {
  readonly is: Service
  readonly args: Omit<ServiceArgs, 'name'>
  /** The verbs of systemctl, in order; an error is its code. */
  readonly calls: readonly string[] | string
  /** What Ansible's module does instead. */
  readonly differs?: string
}

/** Behaviours of Ansible's `systemd`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'starts what is stopped': { is: STOPPED, args: { state: 'started' }, calls: ['start'] },
  'leaves what runs': { is: RUNNING, args: { state: 'started' }, calls: [] },
  'waits for what is starting': {
    is: { ...RUNNING, active: 'activating' },
    args: { state: 'started' },
    calls: ['start'],
    differs: 'it takes it for one that runs, and goes on',
  },
  'starts what has failed': {
    is: { ...RUNNING, active: 'failed' },
    args: { state: 'started' },
    calls: ['start'],
  },
  'stops what runs': { is: RUNNING, args: { state: 'stopped' }, calls: ['stop'] },
  'leaves what is stopped': { is: STOPPED, args: { state: 'stopped' }, calls: [] },
  'leaves what has failed, where it is to be stopped': {
    is: { ...RUNNING, active: 'failed' },
    args: { state: 'stopped' },
    calls: [],
  },
  'enables what is disabled': { is: OFF, args: { enabled: true }, calls: ['enable'] },
  'leaves what is enabled': { is: STOPPED, args: { enabled: true }, calls: [] },
  'disables what is enabled': { is: RUNNING, args: { enabled: false }, calls: ['disable'] },
  'leaves what is disabled': { is: OFF, args: { enabled: false }, calls: [] },
  'leaves a static unit, which starts with others': {
    is: { ...RUNNING, enabled: 'static' },
    args: { enabled: true },
    calls: [],
  },
  'leaves a static unit, which cannot be disabled': {
    is: { ...RUNNING, enabled: 'static' },
    args: { enabled: false },
    calls: [],
    differs: 'it calls disable, and is changed in each run',
  },
  'enables before it starts': {
    is: OFF,
    args: { enabled: true, state: 'started' },
    calls: ['enable', 'start'],
  },
  masks: { is: STOPPED, args: { masked: true }, calls: ['mask'] },
  'leaves what is masked': { is: MASKED, args: { masked: true }, calls: [] },
  'unmasks before it enables and starts': {
    is: MASKED,
    args: { masked: false, enabled: true, state: 'started' },
    calls: ['unmask', 'enable', 'start'],
  },
  'reads units again where they changed': {
    is: { ...STOPPED, needsReload: true },
    args: { state: 'started' },
    calls: ['daemon-reload', 'start'],
    differs: 'it needs daemon_reload, and then reads them in each run',
  },
  'does not start what is masked': { is: MASKED, args: { state: 'started' }, calls: 'E_UNIT_MASKED' },
  'does not start what is not there': { is: MISSING, args: { state: 'started' }, calls: 'E_NO_UNIT' },
  'does not stop what is not there': { is: MISSING, args: { state: 'stopped' }, calls: 'E_NO_UNIT' },
  'does not disable what is not there': { is: MISSING, args: { enabled: false }, calls: 'E_NO_UNIT' },
}
