import { useEffect } from 'react'

export type KeyMap = Readonly<Record<string, (() => void) | undefined>>

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Single keys of a page. Silent while somebody types, while a dialog is open, and with modifiers held. */
export function useKeys(map: KeyMap, active = true): void {
  useEffect(() => {
    if (!active) return
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
      if (document.querySelector('[role="dialog"]') !== null) return
      if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return
      const act = map[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }, [map, active])
}
