import type { ReactElement } from 'react'

/** Every state is shape + word + colour; the word stands beside the shape or in `label`. */
export type StateKind =
  | 'critical'
  | 'major'
  | 'minor'
  | 'watch'
  | 'ok'
  | 'cannot'
  | 'offline'
  | 'away'
  | 'waiting'

const ring = <circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" strokeWidth="1.7" />
const bang = { stroke: '#fff', strokeWidth: 2, strokeLinecap: 'round', fill: 'none' } as const
const line = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round' } as const
const diamond = (
  <path
    d="M10 2 18 10 10 18 2 10z"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinejoin="round"
  />
)

const drawings: Record<StateKind, ReactElement> = {
  critical: (
    <>
      <path d="M6.4 1h7.2L19 6.4v7.2L13.6 19H6.4L1 13.6V6.4z" fill="currentColor" />
      <path d="M10 5.2v6" {...bang} />
      <circle cx="10" cy="14.3" r="1.25" fill="#fff" />
    </>
  ),
  major: (
    <>
      <path d="M10 1.6 19 17.2a.9.9 0 0 1-.8 1.3H1.8a.9.9 0 0 1-.8-1.3z" fill="currentColor" />
      <path d="M10 7.3v5" {...bang} />
      <circle cx="10" cy="15.3" r="1.15" fill="#fff" />
    </>
  ),
  minor: diamond,
  watch: diamond,
  ok: (
    <>
      {ring}
      <path d="m6.3 10.2 2.6 2.6 4.8-5.2" {...line} strokeWidth="1.8" strokeLinejoin="round" />
    </>
  ),
  cannot: (
    <>
      <circle
        cx="10"
        cy="10"
        r="8.2"
        fill="url(#hatch-cannot)"
        stroke="currentColor"
        strokeWidth="1.7"
      />
      <path d="M7.7 8.1a2.35 2.35 0 1 1 3.4 2.1c-.8.4-1.1.9-1.1 1.7" {...line} strokeWidth="1.9" />
      <circle cx="10" cy="14.5" r="1.1" fill="currentColor" />
    </>
  ),
  offline: (
    <>
      <circle cx="10" cy="10" r="8.2" {...line} strokeWidth="1.7" strokeDasharray="6.2 4.1" />
      <path d="M5.4 14.6 14.6 5.4" {...line} strokeWidth="1.8" />
    </>
  ),
  away: (
    <>
      {ring}
      <path d="M8 6.8v6.4M12 6.8v6.4" {...line} strokeWidth="1.8" />
    </>
  ),
  waiting: <circle cx="10" cy="10" r="8.2" {...line} strokeWidth="1.7" strokeDasharray="2.9 2.2" />,
}

export interface StateShapeProps {
  readonly kind: StateKind
  readonly sizePx?: number
  /** The word, where none stands beside the shape. */
  readonly label?: string
}

/** The eight shapes of the look, plus the dashed ring of what waits. */
export function StateShape({ kind, sizePx = 17, label }: StateShapeProps) {
  const spoken =
    label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 20 20" className={`shape ${kind}`} {...spoken}>
      {drawings[kind]}
    </svg>
  )
}
