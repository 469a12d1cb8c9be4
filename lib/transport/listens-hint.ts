/** How to see what listens, for a connection that a host could not make. */
export function listensHint(from: string, address: string, port: number): string {
  const where = /^(127\.|localhost$|::1$)/.test(address) ? from : address
  return `Does anything listen there? On ${where}, "ss -tlnp | grep :${port}" shows what does, and on which addresses.`
}
