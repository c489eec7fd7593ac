const storageKey = 'linli.sound'

/** On, unless somebody has switched it off in this browser. */
export function soundWanted(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'off'
  } catch {
    return true
  }
}

export function rememberSound(on: boolean): void {
  try {
    localStorage.setItem(storageKey, on ? 'on' : 'off')
  } catch {
    // Without storage it holds until the page is left, and is on again then: the safe side.
  }
}
