/** Keeps the page fresh without its jumping. Without JavaScript the browser loads it anew instead. */
export const SCRIPT = `
const again = async () => {
  let fresh
  try {
    const answer = await fetch('/', { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(4000) })
    fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch {}
  document.body.classList.toggle('stale', !fresh)
  if (fresh && !getSelection().toString()) {
    document.title = fresh.title
    document.querySelector('link[rel=icon]').replaceWith(fresh.querySelector('link[rel=icon]'))
    document.querySelector('main').replaceWith(fresh.querySelector('main'))
  }
}
setInterval(() => document.hidden || again(), 4000)
document.addEventListener('visibilitychange', () => document.hidden || again())
`
