// Ends a test process that something keeps alive. A failed test can leave a connection or a child open; without this the
// run would hang after its last line, and nobody would see its result.

const GRACE_MS = 30_000

// Once for all files. A root hook would do it in each worker of a parallel run, after the first of its files.
export function mochaGlobalTeardown(): void {
  setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ')
    process.stderr.write(`The tests are over, but something is still open: ${open}. Ending the process.\n`)
    // Mocha sets the exit status when the process ends.
    process.exit()
  }, GRACE_MS).unref()
}
