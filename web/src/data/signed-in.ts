const storageKey = 'linli.signed-in'

/**
 * Whether this browser ever signed in. The session cookie is http-only, so the page cannot see it; an
 * empty browser is not sent to ask who it is only to be refused.
 */
export function maybeSignedIn(): boolean {
  try {
    return localStorage.getItem(storageKey) === '1'
  } catch {
    return true
  }
}

export function rememberSignedIn(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(storageKey, '1')
    else localStorage.removeItem(storageKey)
  } catch {
    // Without storage every visit asks the server; that costs one refused request and nothing else.
  }
}
