import type { Change } from '../../../core/change.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { ageing } from '../shared/ageing.ts'
import type { UserArgs } from './args.ts'
import { askedAgeing } from './asked-ageing.ts'
import type { UserState } from './state.ts'

const NAMES = ['min', 'max', 'warn'] as const

export function ageingChanges(args: UserArgs, { entry, ageing: found }: UserState): Change[] {
  const is = entry === undefined ? undefined : found
  const wanted = askedAgeing(args)
  return NAMES.flatMap((name) =>
    wanted[name] === undefined || wanted[name] === is?.[name]
      ? []
      : [{ what: `password expire ${name}`, from: is?.[name], to: wanted[name] }],
  )
}

/** What a new user gets besides is for the tools of the host to say. */
export function ageingLeaves(args: UserArgs, { entry, ageing: found }: UserState): Prediction[] {
  const { min, max, warn } = { ...(entry === undefined ? {} : found), ...askedAgeing(args) }
  return min === undefined || max === undefined || warn === undefined
    ? []
    : [predict(ageing, args.name, { min, max, warn })]
}

export function setAgeing(args: UserArgs, state: UserState): string[] {
  if (ageingChanges(args, state).length === 0) return []
  const wanted = askedAgeing(args)
  const letters = { min: '-m', max: '-M', warn: '-W' } as const
  const options = NAMES.flatMap((name) => (wanted[name] === undefined ? [] : [letters[name], wanted[name]]))
  return [sh`chage ${options} ${args.name}`]
}
