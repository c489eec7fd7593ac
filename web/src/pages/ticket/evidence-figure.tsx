import { ChevronLeft, ChevronRight, EyeOff } from 'lucide-react'
import { useState } from 'react'
import type { Evidence } from '../../../../contracts/anomaly.ts'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { apiUrl } from '../../data/client.ts'
import { EvidencePicture } from '../../look/evidence-picture.tsx'
import { useText } from '../../text/use-text.ts'

export type FrameEvidence = Extract<Evidence, { kind: 'frame' }>

export const framesOf = (ticket: Ticket): FrameEvidence[] =>
  ticket.evidence.filter((item): item is FrameEvidence => item.kind === 'frame')

interface EvidenceFigureProps {
  readonly ticket: Ticket
  readonly now: number
  /** Inside a card that has its own edges. */
  readonly bare?: boolean
}

/** The evidence pictures of a ticket, newest first shown; nothing where there are none. */
export function EvidenceFigure({ ticket, now, bare = false }: EvidenceFigureProps) {
  const { t, time, either } = useText()
  const frames = framesOf(ticket)
  const [chosen, setChosen] = useState<number | null>(null)
  const at = Math.min(chosen ?? frames.length - 1, frames.length - 1)
  const frame = frames[at]
  if (frame === undefined) return null
  const fireLane = ticket.anomaly?.type === 'vehicle.fire-lane'
  const turn = (by: number) => setChosen((at + by + frames.length) % frames.length)
  const { subjectPx } = frame
  return (
    <figure className={bare ? 'evidence bare' : 'evidence'}>
      <EvidencePicture
        src={apiUrl(`/evidence/${frame.sha256}.jpg`)}
        alt={either(ticket.title, ticket.titleEn)}
        widthPx={frame.widthPx}
        heightPx={frame.heightPx}
        detections={frame.detections}
        zone={frame.zone}
        zoneName={fireLane ? t('ticket.zone') : t('ticket.zone-area')}
        {...(subjectPx === undefined ? {} : { subjectPx })}
      />
      <figcaption className="row s12">
        <span>
          {time.exact(frame.ts)} · {frame.device} ·{' '}
          {t('ticket.evidence-of', { n: at + 1, total: frames.length })}
        </span>
        {frames.length > 1 && (
          <>
            <button
              type="button"
              className="plain"
              aria-label={t('ticket.last')}
              onClick={() => turn(-1)}
            >
              <ChevronLeft size={16} strokeWidth={1.7} />
            </button>
            <button
              type="button"
              className="plain"
              aria-label={t('ticket.next')}
              onClick={() => turn(1)}
            >
              <ChevronRight size={16} strokeWidth={1.7} />
            </button>
          </>
        )}
        <span className="grow" />
        <EyeOff size={15} strokeWidth={1.7} aria-hidden="true" />
        <span className="nowrap">{t('picture.blurred')}</span>
        <span className="hidden-text">{time.day(frame.ts, now)}</span>
      </figcaption>
    </figure>
  )
}
