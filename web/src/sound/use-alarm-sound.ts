import { createContext, useContext, useEffect, useRef, useState } from 'react'
import { type AlarmTone, createAlarmTone } from './alarm-tone.ts'
import { rememberSound, soundWanted } from './sound-wanted.ts'

export interface AlarmSound {
  readonly on: boolean
  /** Wanted, but the browser does not let it sound before somebody touches the page. */
  readonly blocked: boolean
  readonly setOn: (on: boolean) => void
  /** Once, to hear it. Called by a touch: it lifts the browser's silence, too. */
  readonly tryOut: () => void
}

/** Until somebody has it in hand, or has switched it off. */
const againMs = 30_000
const settleMs = 300

/** Sounds when something critical is there that was not, and again while nobody has it in hand. */
export function useAlarmSound(may: boolean, critical: readonly string[]): AlarmSound {
  const [wanted, setWanted] = useState(soundWanted)
  const on = may && wanted
  const [running, setRunning] = useState(false)
  // A browser that allows it takes a moment to begin: only then is silence a refusal.
  const [settled, setSettled] = useState(false)
  const tone = useRef<AlarmTone | null>(null)
  const heard = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (!on) return
    const made = createAlarmTone(() => setRunning(!made.blocked))
    tone.current = made
    const moment = setTimeout(() => setSettled(true), settleMs)
    const touched = () => {
      if (made.blocked) void made.unblock()
    }
    addEventListener('pointerdown', touched)
    addEventListener('keydown', touched)
    return () => {
      clearTimeout(moment)
      removeEventListener('pointerdown', touched)
      removeEventListener('keydown', touched)
      made.close()
      tone.current = null
      setRunning(false)
      setSettled(false)
    }
  }, [on])

  const open = critical.join(' ')
  useEffect(() => {
    const ids = open === '' ? [] : open.split(' ')
    if (!on || !running || ids.length === 0) return
    const known = ids.every((id) => heard.current.has(id))
    if (known || tone.current?.play() === true) heard.current = new Set(ids)
    const timer = setInterval(() => tone.current?.play(), againMs)
    return () => clearInterval(timer)
  }, [on, running, open])

  return {
    on,
    blocked: on && settled && !running,
    setOn(next) {
      rememberSound(next)
      setWanted(next)
    },
    tryOut() {
      const made = tone.current
      if (made !== null) void made.unblock().then(() => made.play())
    },
  }
}

export const SoundContext = createContext<AlarmSound | null>(null)

export function useSound(): AlarmSound {
  const sound = useContext(SoundContext)
  if (sound === null) throw new Error('invariant broken: no sound above')
  return sound
}
