import { type RefObject, useEffect, useState } from 'react'

/** Pictures are only asked for while somebody can see the tile. */
export function useOnScreen(target: RefObject<HTMLElement | null>): boolean {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (target.current === null) return
    const observer = new IntersectionObserver((entries) =>
      setShown(entries.some((entry) => entry.isIntersecting)),
    )
    observer.observe(target.current)
    return () => observer.disconnect()
  }, [target])
  return shown
}
