/** What a topic below the base is about. */
export type Target =
  | { readonly kind: 'state' | 'availability'; readonly ieee: string }
  | { readonly kind: 'attribute'; readonly ieee: string; readonly key: string }

/**
 * Finds devices by their friendly names. Names contain slashes, and one may begin with another or end in
 * `availability`; so a topic is compared as a whole first, then without its last level, never split into parts.
 */
export function targetOf(path: string, byName: ReadonlyMap<string, string>): Target | null {
  const whole = byName.get(path)
  if (whole !== undefined) return { kind: 'state', ieee: whole }
  const cut = path.lastIndexOf('/')
  if (cut <= 0) return null
  const ieee = byName.get(path.slice(0, cut))
  const key = path.slice(cut + 1)
  if (ieee === undefined || key === 'set' || key === 'get') return null
  return key === 'availability' ? { kind: 'availability', ieee } : { kind: 'attribute', ieee, key }
}
