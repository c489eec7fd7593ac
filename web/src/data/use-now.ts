import { useEffect, useState } from 'react'

/** The browser's clock, renewed every `periodMs`: pages pass it down, so that all rows share one axis. */
export function useNow(periodMs = 10_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), periodMs)
    return () => clearInterval(timer)
  }, [periodMs])
  return now
}
