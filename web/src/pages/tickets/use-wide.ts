import { useEffect, useState } from 'react'

/** From here on there is room for list and detail side by side. */
const widePx = 1_440

export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(`(min-width: ${widePx}px)`).matches)
  useEffect(() => {
    const query = matchMedia(`(min-width: ${widePx}px)`)
    const hear = () => setWide(query.matches)
    query.addEventListener('change', hear)
    return () => query.removeEventListener('change', hear)
  }, [])
  return wide
}
