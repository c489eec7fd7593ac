/** A tone made by the browser: three falling pairs, heard through a busy room, gone in under two seconds. */
const pairsHz = [
  [988, 784],
  [988, 784],
  [988, 659],
] as const
const noteSeconds = 0.22
const pauseSeconds = 0.12
const loudness = 0.3

export interface AlarmTone {
  /** Browsers keep quiet until somebody has touched the page. */
  readonly blocked: boolean
  /** Whether it was heard, as far as the page can know. */
  play(): boolean
  /** Asked for by a touch or a key; without one the browser says no. */
  unblock(): Promise<void>
  close(): void
}

export function createAlarmTone(changed: () => void): AlarmTone {
  const context = new AudioContext()
  context.addEventListener('statechange', changed)
  return {
    get blocked() {
      return context.state !== 'running'
    },
    play() {
      if (context.state !== 'running') return false
      let at = context.currentTime + 0.02
      for (const pair of pairsHz) {
        for (const hertz of pair) {
          note(context, hertz, at)
          at += noteSeconds
        }
        at += pauseSeconds
      }
      return true
    },
    unblock: () => context.resume(),
    close() {
      context.removeEventListener('statechange', changed)
      void context.close()
    },
  }
}

/** Swells and fades, or it would click. */
function note(context: AudioContext, hertz: number, at: number): void {
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = 'triangle'
  oscillator.frequency.value = hertz
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(loudness, at + 0.02)
  gain.gain.setValueAtTime(loudness, at + noteSeconds - 0.06)
  gain.gain.linearRampToValueAtTime(0, at + noteSeconds)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(at)
  oscillator.stop(at + noteSeconds)
}
