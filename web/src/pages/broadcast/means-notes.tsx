import type { BroadcastMeans } from '../../../../contracts/http/broadcast.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'

/** What is missing, by name and with the way to mend it; nothing where all is there. */
export function MeansNotes({ means }: { means: BroadcastMeans }) {
  const { t, local } = useText()
  return (
    <>
      {means.missing.map(({ code, what, hint }) => (
        <div key={code} className="cast-note" role="status" data-missing={code}>
          <StateShape kind="major" sizePx={16} />
          <span>
            {t('cast.missing', { what: local(what), hint: local(hint) })}{' '}
            {code === 'speech.missing' && t('cast.missing-still')}
          </span>
        </div>
      ))}
      {means.address === null && (
        <div className="cast-note" role="status">
          <StateShape kind="major" sizePx={16} />
          <span>
            {t('cast.no-address')} · {t('cast.local-only-hint')}
          </span>
        </div>
      )}
    </>
  )
}
