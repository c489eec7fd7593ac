import { useEffect, useRef } from 'react'

/** Plays one sound to whoever sits here; the next one ends it, and so does leaving the page. */
export function usePlayer(): { play(sound: Blob | string): void } {
  const current = useRef<{ readonly audio: HTMLAudioElement; readonly end: () => void } | null>(
    null,
  )
  useEffect(() => () => current.current?.end(), [])
  return {
    play(sound) {
      current.current?.end()
      const url = typeof sound === 'string' ? sound : URL.createObjectURL(sound)
      const audio = new Audio(url)
      const end = () => {
        audio.pause()
        if (typeof sound !== 'string') URL.revokeObjectURL(url)
      }
      current.current = { audio, end }
      // Where a browser will not play, the sound is still there to be sent.
      audio.play().catch(() => undefined)
    },
  }
}
