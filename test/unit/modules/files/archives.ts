import { execFileSync } from 'node:child_process'
import { install } from '../../../support/install.ts'

install('/usr/bin/python3', 'python3')

/** What is in an archive: a file, a link, or another name of a file. */
export type Entry = {
  readonly text?: string
  readonly mode?: number
  readonly uid?: number
  readonly link?: string
  readonly hard?: string
}

const PROGRAM = `
import io, json, stat, sys, tarfile, zipfile
path, entries = sys.argv[1], json.load(sys.stdin)
if path.endswith('.zip'):
    with zipfile.ZipFile(path, 'w') as made:
        for name, one in entries.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            kind = stat.S_IFLNK | 0o777 if 'link' in one else stat.S_IFREG | one.get('mode', 0o644)
            info.external_attr = kind << 16
            made.writestr(info, one.get('link', one.get('text', '')))
else:
    kind = path.rsplit('.', 1)[1].replace('tar', '').replace('tgz', 'gz')
    with tarfile.open(path, 'w:' + kind) as made:
        for name, one in entries.items():
            info = tarfile.TarInfo(name)
            info.mode = one.get('mode', 0o644)
            info.uid = info.gid = one.get('uid', 0)
            body = one.get('text', '').encode()
            if 'link' in one: info.type, info.linkname, body = tarfile.SYMTYPE, one['link'], b''
            if 'hard' in one: info.type, info.linkname, body = tarfile.LNKTYPE, one['hard'], b''
            info.size = len(body)
            made.addfile(info, io.BytesIO(body))
`

/** Makes an archive of the kind that its name says, with names as they are written: also with such as no tool writes. */
export function makeArchive(path: string, entries: Readonly<Record<string, Entry>>): string {
  execFileSync('/usr/bin/python3', ['-c', PROGRAM, path], { input: JSON.stringify(entries) })
  return path
}
