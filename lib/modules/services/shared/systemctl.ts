import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import type { ShellStep } from '../../../core/module.ts'
import { quote } from '../../../core/sh.ts'
import { type Service, unitOf } from '../../shared/service.ts'

export const unitName = z
  .string()
  .regex(/^[A-Za-z0-9:_.\\][\w:.\\@-]*$/, 'must be the name of a unit')
  .refine((name) => !/@(\.|$)/.test(name), 'is a template: name an instance, such as getty@tty1')

/** Reads the unit files again. */
export const DAEMON_RELOAD: ShellStep = { script: 'systemctl daemon-reload' }

/**
 * `systemctl start` and the like. Where it fails, what the service had to say comes with the error: also for one that
 * systemd saw start and that ended at once.
 */
export function systemctl(verb: string, name: string): ShellStep {
  const unit = quote(unitOf(name))
  const survives = `[ $code -ne 0 ] || ! systemctl is-failed --quiet -- ${unit} || code=1`
  const lines = [
    `systemctl ${verb} -- ${unit}`,
    'code=$?',
    ...(verb === 'stop' ? [] : [survives]),
    '[ $code -ne 0 ] || exit 0',
    `journalctl -u ${unit} -n 20 --no-pager -o short-iso >&2 || systemctl status --no-pager --full -- ${unit} >&2`,
    'exit $code',
  ]
  return { script: lines.join('\n') }
}

/** @throws UserError when there is nothing that could be started */
export function assertUnit(name: string, { load }: Service): void {
  const unit = unitOf(name)
  if (load === 'loaded') return
  if (load === 'masked') {
    throw new UserError('E_UNIT_MASKED', `${unit} is masked`, {
      hint: `Set masked: false, or on the host: systemctl unmask ${unit}`,
    })
  }
  if (load === 'not-found') {
    throw new UserError('E_NO_UNIT', `there is no unit ${unit} on the host`, {
      hint: 'Check the name, or install the package or the unit file in an earlier task.',
    })
  }
  throw new UserError('E_BAD_UNIT', `systemd could not load ${unit}: ${load}`, {
    hint: `On the host: systemctl status ${unit}`,
  })
}

export const isActive = ({ active }: Service): boolean => active === 'active' || active === 'reloading'
