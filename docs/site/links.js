/**
 * Where a page of the repository is in the site: `docs/concepts.md#inventory` becomes `docs/concepts.html#inventory`.
 * @param {string} path of a file, or a link to one
 * @returns {string}
 */
export const htmlOf = (path) =>
  /^https?:/.test(path)
    ? path
    : path.replace(/^README\.md|(?<=^(?:\.\.\/)+)README\.md/, 'index.html').replace(/\.md(?=#|$)/, '.html')

/**
 * The anchor of a heading, as GitHub makes it.
 * @param {string} text
 * @returns {string}
 */
export const headingId = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
