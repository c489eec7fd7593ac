import { UsageError } from './command.ts'

const spans: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `2026-11-30T08:00`, local time of this machine unless it says otherwise; epoch ms; `7d`, `12h`, `90m` ago; `now`. */
export function timeOf(text: string, now: number): number {
  if (text === 'now') return now
  const ago = /^(\d{1,6})([mhd])$/.exec(text)
  if (ago !== null) return now - Number(ago[1]) * (spans[ago[2] ?? ''] ?? 0)
  if (/^\d{10,16}$/.test(text)) return Number(text)
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`not a time: ${text}`)
  return at
}

/** `11-30 08:00:12`, local time of this machine. */
export function shownTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(5, 19).replace('T', ' ')
}

export function shownSpan(ms: number): string {
  const size = Math.abs(ms)
  if (size < 120_000) return `${Math.round(ms / 1_000)} s`
  return size < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`
}

export const needed = (value: string | undefined, name: string): string => {
  if (value === undefined) throw new UsageError(`--${name} is missing`)
  return value
}
