import type { Duplex } from 'node:stream'

/** A stream that is connected already, with the methods that pg calls on a socket it means to connect itself. */
export function asSocket(stream: Duplex): Duplex {
  // pg listens only from connect() on; a reset before that would otherwise be an uncaught exception.
  stream.on('error', () => undefined)
  // An SSH channel stays half open after the server's goodbye; pg waits for a close that would never come.
  stream.once('end', () => stream.destroy())
  const listen = stream.on.bind(stream)
  return Object.assign(stream, {
    connect: () =>
      void setImmediate(() => {
        // It ended while nobody listened, and says nothing more by itself: pg would wait for ever.
        if (stream.destroyed) stream.emit('error', stream.errored ?? new Error('the connection was closed'))
        else stream.emit('connect')
      }),
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
    on: (event: string, listener: Listener) =>
      listen(event, event === 'data' ? ending(stream, listener) : listener),
  })
}

type Listener = (...args: unknown[]) => void

// pg throws at a message that it does not know, here in the middle of nowhere: whoever answers in PostgreSQL's place must
// not end this process.
function ending(stream: Duplex, listener: Listener): Listener {
  return (...args) => {
    try {
      listener(...args)
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
