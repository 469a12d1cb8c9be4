import type { Duplex } from 'node:stream'
import { UserError } from '../../core/errors.ts'
import { hostPort } from '../../core/host-port.ts'
import { onAbort } from '../../core/on-abort.ts'
import { quote } from '../../core/sh.ts'
import { tailOf } from '../channel.ts'
import type { Link } from '../connection-type.ts'
import { listensHint } from '../listens-hint.ts'
import { duplexOf } from './duplex.ts'

/** Programs that copy between a socket and their own input and output; nearly every system has one of them. */
const RELAYS = ['socat', 'ncat', 'perl', 'python3', 'bash', 'nc'] as const

/**
 * TCP from a host whose link only runs commands, or whose SSH server forbids forwarding: whatever there can copy between a
 * socket and its pipes. What goes wrong ends the stream with E_FORWARD_FAILED.
 */
export async function forwardByCommand(link: Link, host: string, port: number): Promise<Duplex> {
  const channel = await link.openChannel(relayCommand(host, port))
  const { stdout } = channel
  const said = tailOf(channel.stderr)
  let heard = false
  // Before the stream hands it on: whoever reads may end it at once.
  stdout.once('data', () => (heard = true))
  const stream = duplexOf(channel, () => channel.destroy())
  stdout.once('end', () => heard && stream.push(null))
  // Nothing more can be written. What was not read yet is still to be had: it is over with that.
  const over = (): void => void (stdout.readableEnded ? stream.end() : stream.destroy())
  // It may have ended already.
  onAbort(channel.ended, () => {
    if (heard) {
      if (stdout.readableEnded || stdout.destroyed) over()
      else stdout.once('end', over).once('close', over)
      return
    }
    const why = [channel.end().how, said()].filter(Boolean).join(': ')
    const what = `no connection to ${hostPort(host, port)} from ${link.host}: ${why}`
    const hint = `${listensHint(link.host, host, port)} The connection is made from ${link.host}.`
    stream.destroy(new UserError('E_FORWARD_FAILED', what, { hint }))
  })
  return stream
}

/** POSIX sh. @param only for tests: the programs that may be used */
export function relayCommand(host: string, port: number, only: readonly string[] = RELAYS): string {
  const to = `${quote(host)} ${quote(port)}`
  const commands: Readonly<Record<(typeof RELAYS)[number], string>> = {
    socat: `socat STDIO ${quote(`TCP:${hostPort(host, port)}`)}`,
    ncat: `ncat ${to}`,
    perl: `perl -e ${quote(PERL)} ${to}`,
    python3: `python3 -c ${quote(PYTHON)} ${to}`,
    bash: `bash -c ${quote(BASH)} ${to}`,
    nc: `nc ${to}`,
  }
  return [
    ...RELAYS.filter((name) => only.includes(name)).map(
      (name) => `if ${isThere(name)}; then exec ${commands[name]}; fi`,
    ),
    `echo "the host has none of the programs ${RELAYS.join(', ')}, one of which is needed to make the connection" >&2; exit 127`,
  ].join('\n')
}

// Only that of BusyBox ends when the server does; OpenBSD's waits for the other side.
const isThere = (name: (typeof RELAYS)[number]): string =>
  name === 'nc'
    ? 'case $(nc --help 2>&1) in *BusyBox*) ;; *) false ;; esac'
    : `command -v ${name} >/dev/null 2>&1`

// Whichever side ends, nothing stays behind: each background job is a process group (set -m).
const BASH =
  'set -m; exec 3<>"/dev/tcp/$0/$1" || exit; { cat <&3; kill $$; } & reader=$!; cat >&3; sleep 1; kill -- -$reader 2>/dev/null'

const PERL = `use IO::Socket::IP; $s = IO::Socket::IP->new(PeerHost => shift, PeerPort => shift) or die "$@\\n";
$p = fork // die; ($in, $out) = $p ? ($s, *STDOUT) : (*STDIN, $s); close STDOUT unless $p;
while (sysread($in, $b, 65536)) { while (length $b) { $n = syswrite($out, $b) // last; substr($b, 0, $n) = "" } }
if ($p) { kill 9, $p } else { shutdown($s, 1) }`

const PYTHON = `import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
  while True:
    b = os.read(0, 65536)
    if not b: break
    s.sendall(b)
  s.shutdown(1)
threading.Thread(target=up, daemon=True).start()
while True:
  b = s.recv(65536)
  if not b: break
  while b: b = b[os.write(1, b):]
os._exit(0)`
