import './lit-windows.css'
import type { CareState } from '../../../contracts/care.ts'

const face: Record<CareState, { fill: string; stroke: string; strokeWidth: number }> = {
  unseen: { fill: '#fff', stroke: 'var(--critical)', strokeWidth: 2.4 },
  'cannot-tell': { fill: 'url(#hatch)', stroke: 'var(--cannot)', strokeWidth: 1.5 },
  away: { fill: 'url(#away-dots)', stroke: '#8A94A6', strokeWidth: 1.2 },
  watch: { fill: '#F2BE5F', stroke: '#A87614', strokeWidth: 1 },
  ok: { fill: '#F2BE5F', stroke: '#A87614', strokeWidth: 1 },
}

/** One window per person: lit when seen. Says who was seen without showing a face. */
export function LitWindows({ states, label }: { states: readonly CareState[]; label: string }) {
  return (
    <div className="windows" role="img" aria-label={label}>
      {states.map((state, index) => (
        <svg key={`${state}${index}`} width="10" height="15" viewBox="0 0 10 15" aria-hidden="true">
          <rect x="1.2" y="1.2" width="7.6" height="12.6" rx="1" {...face[state]} />
        </svg>
      ))}
    </div>
  )
}
