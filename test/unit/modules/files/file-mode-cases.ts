import type { FileArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

type Args = Omit<FileArgs, 'path'> & { readonly path?: string }

/** A mode of what is there, or of a new directory. */
const moded = (before: string | undefined, mode: string, after: string): Case<Args> => {
  const state = before === undefined || before.endsWith('/') ? 'directory' : 'file'
  return {
    ...(before === undefined ? {} : { before: { it: before } }),
    args: { state, mode },
    ansible: { state, mode },
    is: before === after ? 'ok' : 'changed',
    after: { it: after },
  }
}

/** What becomes of a mode in symbols: as with chmod and with Ansible's `file`. */
export const MODE_CASES: Readonly<Record<string, Case<Args>>> = {
  'adds permissions to a mode': moded('640 a', 'g+w,o+r', '664 a'),
  'takes permissions from a mode': moded('777 a', 'go-wx', '744 a'),
  'sets a part of a mode': moded('647 a', 'o=', '640 a'),
  'sets all of a mode': moded('755 a', 'u=rw,g=r,o=', '640 a'),
  'leaves a mode that has it already': moded('640 a', 'u+rw,g+r,o-rwx', '640 a'),
  'takes several letters in front, and a for all': moded('600 a', 'ug=rw,a+x', '771 a'),
  'does one after the other': moded('644 a', 'u=rwx,u-w,g+w-r', '524 a'),
  'does two of the same': moded('644 a', 'u-w+x', '544 a'),
  'sets X of a directory': moded('640/', 'a+X', '751/'),
  'sets X of a file that somebody can execute': moded('610 a', 'a+X', '711 a'),
  'sets no X of another file': moded('640 a', 'a+X', '640 a'),
  'sets the bits of other users': moded('755 a', 'u+s,g+s,+t', '7755 a'),
  'sets sticky, setgid and setuid of a directory': moded('755/', 'ug+s,o+t', '7755/'),
  'takes them away': moded('7755/', 'a-st', '755/'),
  'takes them away with the permissions': moded('7755/', 'u=rwx,g=rx,o=rx', '755/'),
  'has no t of the owner and no s of others': moded('644 a', 'u+t,o+s', '644 a'),
  'copies the permissions of the group': moded('640 a', 'o=g', '644 a'),
  'copies the permissions of the owner': moded('640 a', 'g+u', '660 a'),
  'takes those of others': moded('754 a', 'u-o', '354 a'),
  'adds w for the owner only, where it is not said for whom': moded('444 a', '+w', '644 a'),
  'adds x for all, where it is not said for whom': moded('644 a', '+x', '755 a'),
  'takes w from the owner only, where it is not said for whom': moded('666 a', '-w', '466 a'),
  'sets w for the owner only, where it is not said for whom': moded('600 a', '=rw', '644 a'),
  'begins with the mode of a new directory': moded(undefined, 'g+w,o-rx', '770/'),
  'sets all of a new directory': moded(undefined, 'u=rwx,g=rx,o=', '750/'),
  'begins with the mode of a new file': {
    args: { state: 'file', mode: 'g+w' },
    ansible: { state: 'touch', mode: 'g+w' },
    is: 'changed',
    after: { it: '664 ' },
  },
  'takes one after the other for X': {
    ...moded('644 a', 'u+x,g+X', '754 a'),
    differs: 'X and u, g and o mean what the file had before all of it; with chmod, what it has by then',
  },
  'takes one after the other for what is copied': {
    before: { it: '444 a' },
    args: { state: 'file', mode: 'u=rw,g=u' },
    is: 'changed',
    after: { it: '664 a' },
    differs: 'as for X',
  },
  'takes a among other letters': {
    ...moded('600 a', 'ua+r', '644 a'),
    differs: 'it refuses it',
  },
  'refuses a mode that is none': {
    before: { it: '644 a' },
    args: { state: 'file', mode: 'u=q' },
    ansible: { state: 'file', mode: 'u=q' },
    is: 'failed',
  },
}
