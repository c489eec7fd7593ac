/** Encoded slashes, backslashes and zeros: a server may read them as a way up that we did not see. */
const hidden = /%(2f|5c|00|2e)/i

function parsed(address: string): URL | null {
  try {
    const url = new URL(address)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}

/**
 * The address as it is called, or null where no entry of the list covers it: scheme, host and port must be
 * equal, and the path must lie at or below that of the entry. User names in addresses are refused.
 */
export function allowedAddress(address: string, allowed: readonly string[]): URL | null {
  const url = parsed(address)
  if (url === null || url.username !== '' || url.password !== '' || hidden.test(url.pathname))
    return null
  const covered = allowed.some((entry) => {
    const prefix = parsed(entry)
    if (prefix === null || prefix.origin !== url.origin) return false
    const { pathname } = prefix
    if (url.pathname === pathname) return true
    return url.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`)
  })
  return covered ? url : null
}
