/** How to see what listens, for a connection that a host could not make. */
export function listensHint(from: string, address: string, port: number): string {
  const where = /^(127\.|localhost$|::1$)/.test(address) ? from : address
  return `Check that a server listens there: on ${where}, "ss -tlnp | grep :${port}" shows what listens, and on which addresses.`
}
