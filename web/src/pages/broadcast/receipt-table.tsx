import { useBroadcast } from '../../data/use-broadcast.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useText } from '../../text/use-text.ts'
import { receiptShape } from './broadcast-model.ts'

/** Each loudspeaker's own answer, newest run first. */
export function ReceiptTable({ id, busy, now }: { id: string; busy: boolean; now: number }) {
  const { t, time } = useText()
  const detail = useBroadcast(id, busy)
  if (detail.isPending) return <Loading rows={2} />
  if (detail.data === undefined) return <Failed error={detail.error} retry={detail.refetch} />
  return (
    <div className="cast-receipts">
      {detail.data.receipts.map((one) => (
        <div
          key={`${one.runAt}/${one.device}`}
          className="receipt s13"
          data-receipt={one.device}
          data-state={one.state}
        >
          <span className="clip">{one.name}</span>
          <span className="row" style={{ gap: 6 }}>
            <StateShape kind={receiptShape[one.state]} sizePx={16} />
            {t(`cast.receipt-${one.state}`)}
            {one.way !== null && one.state !== 'expired' && (
              <span className="muted s12">{t(`cast.way-${one.way}`)}</span>
            )}
          </span>
          <span className="muted s12 error">{one.error}</span>
          <span className="muted s12 nowrap">{time.day(one.at, now)}</span>
        </div>
      ))}
    </div>
  )
}
