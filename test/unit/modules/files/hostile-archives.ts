import { execFileSync } from 'node:child_process'
import { install } from '../../../support/install.ts'

install('/usr/bin/python3', 'python3')

/** An entry of an archive, as no tool would write it. Without a kind: a file. */
interface Entry {
  /** Bytes as characters. */
  readonly name: string
  readonly kind?: 'dir' | 'link' | 'hard' | 'fifo' | 'block' | 'char'
  readonly text?: string
  /** What a link leads to. */
  readonly to?: string
  readonly mode?: number
  readonly uid?: number
  /** As many zeros, instead of a text. */
  readonly zeros?: number
  /** The size that the header claims, whatever follows. */
  readonly claims?: number
  /** PAX headers of a tar. */
  readonly pax?: Readonly<Record<string, string>>
}

const FIRST: Entry = { name: 'app/first', text: 'first' }
const file = (name: string): Entry => ({ name, text: 'evil' })
const link = (name: string, to: string): Entry => ({ name, kind: 'link', to })
const hard = (name: string, to: string): Entry => ({ name, kind: 'hard', to })
const dir = (name: string, mode = 0o755): Entry => ({ name, kind: 'dir', mode })
const deep = Array.from({ length: 450 }, () => 'deep-deep-deep').join('/')

/** For both kinds of archive. `outside` is a folder beside the one that is unpacked into. */
const BOTH = (outside: string): Readonly<Record<string, readonly Entry[]>> => ({
  'a way up': [file('../outside/up')],
  'a way up in the middle': [file('app/../../outside/up')],
  'a long way up': [file(`app/${'../'.repeat(40)}${outside.slice(1)}/up`)],
  'a way up of backslashes': [file('app\\..\\..\\outside\\up')],
  'a way up without an end': [file('app/..')],
  'an absolute name': [file(`${outside}/absolute`)],
  'an absolute name with two slashes': [file(`/${outside}/absolute`)],
  'a link to a folder, and a file behind it': [link('app/way', outside), file('app/way/x')],
  'a relative link, and a file behind it': [link('app/way', '../../outside'), file('app/way/x')],
  'a link to a link, and a file behind it': [
    link('app/a', '..'),
    link('app/b', 'a/../outside'),
    file('app/b/x'),
  ],
  'a link in the place of a folder': [dir('app/d/'), link('app/d', outside), file('app/d/x')],
  'a link in the place of the folder of all': [link('app2', outside), file('app2/x')],
  'a link to a folder of the host': [link('etc', '/etc')],
  'a link to a file, and the file': [link('app/f', `${outside}/secret`), file('app/f')],
  'a file, and a link in its place, and the file': [
    file('app/f'),
    link('app/f', `${outside}/secret`),
    file('app/f'),
  ],
  'a file twice': [file('app/f'), { ...file('app/f'), text: 'second' }],
  'a file, and a folder of the same name': [file('app/f'), dir('app/f/'), file('app/f/x')],
  'a folder, and a file of the same name': [dir('app/f/'), file('app/f/x'), file('app/f')],
  'a name with a line break': [file('app/a\nb')],
  'a name with a carriage return': [file('app/a\rb')],
  'a name with terminal codes': [file('app/\x1b]0;owned\x07\x1b[2J')],
  'a name that is an option': [file('-rf'), file('app/--help')],
  'a name that is a command': [file('app/$(touch canary)`touch canary`;touch canary')],
  'names with quotes': [file(`app/'"'`), file(`app/'; touch canary; '`)],
  'names that are patterns': [file('app/*'), file('app/[a]?'), file('*/x')],
  'a name of other bytes': [file('app/\xff\xfe')],
  'a name of 255 bytes': [file(`app/${'n'.repeat(255)}`)],
  'a name that is too long': [file(`app/${'n'.repeat(256)}`)],
  'a path that is too long': [file(`app/${deep}/x`)],
  'no name': [file('')],
  'the folder itself, which all can write': [dir('./', 0o777)],
  'names of our own': [file('archive'), file('tree/x'), file('.run-playbook-x')],
  'a file that becomes its owner': [{ ...file('app/suid'), mode: 0o6755 }],
  'a folder for all': [dir('app/tmp/', 0o7777)],
  'a file that is not whole': [{ name: 'app/half', text: 'half', claims: 1000 }],
})

const TAR = (outside: string): Readonly<Record<string, readonly Entry[]>> => ({
  'a disk': [{ name: 'app/disk', kind: 'block', mode: 0o666 }],
  'the memory': [{ name: 'app/mem', kind: 'char', mode: 0o666 }],
  'a pipe': [{ name: 'app/pipe', kind: 'fifo', mode: 0o666 }],
  'a hard link to a file elsewhere': [hard('app/h', `${outside}/secret`)],
  'a hard link upwards': [hard('app/h', '../../outside/secret')],
  'a hard link to a link': [link('app/l', `${outside}/secret`), hard('app/h', 'app/l'), file('app/h')],
  'a hard link to a file elsewhere, and the file': [hard('app/h', `${outside}/secret`), file('app/h')],
  'a hard link to itself': [hard('app/h', 'app/h')],
  'a folder of somebody else': [
    { ...dir('app/d/'), uid: 4711 },
    { ...file('app/d/x'), uid: 4711 },
  ],
  'a number of an owner that there is not': [{ ...file('app/x'), uid: 2 ** 31 }],
  'a way up in a PAX header': [{ ...file('app/x'), pax: { path: '../outside/pax' } }],
  'a link in a PAX header': [{ ...link('app/way', 'x'), pax: { linkpath: outside } }, file('app/way/x')],
  'a size in a PAX header': [{ ...file('app/x'), pax: { size: '9223372036854775807' } }],
  'a sparse file of exabytes': [
    { ...file('app/x'), pax: { 'GNU.sparse.size': '9223372036854775807', 'GNU.sparse.map': '0,0' } },
  ],
  'a negative size': [{ name: 'app/x', text: '', claims: -1 }],
  'very much of nothing': [{ name: 'app/zeros', zeros: 3_000_000 }],
})

const PROGRAM = `
import io, json, stat, sys, tarfile, zipfile
made = json.load(sys.stdin)
raw = lambda text: text.encode('latin1').decode('utf8', 'surrogateescape')
def tar(path, entries):
    with tarfile.open(path, 'w:gz', format=tarfile.PAX_FORMAT, errors='surrogateescape', compresslevel=1) as out:
        for one in entries:
            info = tarfile.TarInfo(raw(one['name']))
            info.mode, info.uid, info.pax_headers = one.get('mode', 0o644), one.get('uid', 0), one.get('pax', {})
            body = b'\\0' * one['zeros'] if 'zeros' in one else one.get('text', '').encode()
            kinds = dict(dir=tarfile.DIRTYPE, link=tarfile.SYMTYPE, hard=tarfile.LNKTYPE, fifo=tarfile.FIFOTYPE, block=tarfile.BLKTYPE, char=tarfile.CHRTYPE)
            if 'kind' in one:
                info.type, body = kinds[one['kind']], b''
                info.linkname = raw(one.get('to', ''))
                if one['kind'] in ('block', 'char'): info.devmajor, info.devminor = 1, 1
            info.size = len(body)
            if 'claims' in one: info.size, body = one['claims'], body
            if 'claims' in one:
                out.fileobj.write(info.tobuf(tarfile.GNU_FORMAT, 'utf8', 'surrogateescape') + body)
            else: out.addfile(info, io.BytesIO(body))
def zipped(path, entries):
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as out:
        for one in entries:
            info = zipfile.ZipInfo()
            info.filename = info.orig_filename = one['name']
            info.create_system = 3
            kind = dict(dir=stat.S_IFDIR, link=stat.S_IFLNK).get(one.get('kind'), stat.S_IFREG)
            info.external_attr = (kind | one.get('mode', 0o644)) << 16
            out.writestr(info, one.get('to', one.get('text', '')))
for path, entries in made.items(): (zipped if path.endswith('.zip') else tar)(path, entries)
`

/** Hostile archives: what is in them, and where they are. Each brings app/first too, at its beginning. */
export function makeHostileArchives(
  folder: string,
  outside: string,
): { readonly what: string; readonly id: number; readonly src: string }[] {
  const both = Object.entries(BOTH(outside))
  const all = [
    ...[...both, ...Object.entries(TAR(outside))].map((one) => ['tar.gz', ...one] as const),
    ...both.map((one) => ['zip', ...one] as const),
  ].map(([ending, what, entries], id) => ({
    what: `${what} (${ending})`,
    id,
    src: `${folder}/${id}.${ending}`,
    entries,
  }))
  const input = JSON.stringify(Object.fromEntries(all.map(({ src, entries }) => [src, [FIRST, ...entries]])))
  execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', PROGRAM], { input })
  return all
}
