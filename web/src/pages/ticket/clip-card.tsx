import { EyeOff } from 'lucide-react'
import { useState } from 'react'
import type { Evidence } from '../../../../contracts/anomaly.ts'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { apiUrl } from '../../data/client.ts'
import { useText } from '../../text/use-text.ts'

type ClipEvidence = Extract<Evidence, { kind: 'clip' }>

/** The newest clip of a ticket: some seconds before and after; nothing where there is none. */
export function ClipCard({ ticket }: { readonly ticket: Ticket }) {
  const { t, time } = useText()
  const [failed, setFailed] = useState(false)
  const clip = ticket.evidence.findLast((item): item is ClipEvidence => item.kind === 'clip')
  if (clip === undefined) return null
  const words = {
    from: time.exact(clip.from),
    to: time.exact(clip.to),
    device: clip.device,
    span: time.span(clip.to - clip.from),
  }
  return (
    <div className="card" style={{ overflow: 'hidden' }} data-clip={clip.sha256}>
      <div className="card-head row">
        <h3>{t('ticket.clip')}</h3>
      </div>
      <figure className="evidence bare">
        {failed ? (
          <p className="second" style={{ padding: '12px 16px' }}>
            {t('ticket.clip-failed')}
          </p>
        ) : (
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- there is no sound
          <video
            controls
            muted
            playsInline
            preload="metadata"
            style={{
              display: 'block',
              width: '100%',
              aspectRatio: `${clip.widthPx} / ${clip.heightPx}`,
            }}
            src={apiUrl(`/evidence/${clip.sha256}`)}
            onError={() => setFailed(true)}
          />
        )}
        <figcaption className="row s12">
          <span>{t('ticket.clip-of', words)}</span>
          <span className="grow" />
          <EyeOff size={15} strokeWidth={1.7} aria-hidden="true" />
          <span className="nowrap">{t('picture.blurred')}</span>
        </figcaption>
      </figure>
    </div>
  )
}
