// With NODE_EXTRA_CA_CERTS each start of Node.js reads the certificates of all authorities, which makes it take three times as
// long. Tests start Node.js a thousand times, and hardly any of them speaks to a server outside of this machine.

const { NODE_EXTRA_CA_CERTS } = process.env
delete process.env['NODE_EXTRA_CA_CERTS']

/** For the environment of a program that does, such as npm. */
export const OUTSIDE: NodeJS.ProcessEnv = NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }
