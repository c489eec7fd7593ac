/** Whether an MQTT filter with `+` and `#` matches a topic; `$` topics only where they are named. */
export function filterMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  const parts = filter.split('/')
  const levels = topic.split('/')
  if (topic.startsWith('$') && parts[0] !== levels[0]) return false
  for (const [i, part] of parts.entries()) {
    if (part === '#') return true
    const level = levels[i]
    if (level === undefined || (part !== '+' && part !== level)) return false
  }
  return parts.length === levels.length
}

/** Whether every topic that `inner` matches is matched by `outer`: a subscription inside a prefix. */
export function filterCovers(outer: string, inner: string): boolean {
  const outerParts = outer.split('/')
  const innerParts = inner.split('/')
  for (const [i, part] of outerParts.entries()) {
    if (part === '#') return i > 0 || !(innerParts[0] ?? '').startsWith('$')
    const level = innerParts[i]
    if (level === undefined || level === '#') return false
    if (part !== '+' && part !== level) return false
  }
  return outerParts.length === innerParts.length
}

/** Levels of a topic or filter, without splitting it. */
export function levelCount(topic: string): number {
  let levels = 1
  for (let at = topic.indexOf('/'); at !== -1; at = topic.indexOf('/', at + 1)) levels++
  return levels
}
