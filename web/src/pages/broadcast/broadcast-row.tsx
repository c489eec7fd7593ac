import Button from 'antd/es/button'
import { useState } from 'react'
import type { BroadcastItem } from '../../../../contracts/http/broadcast.ts'
import { useStop } from '../../data/use-broadcast.ts'
import { useSay } from '../../data/use-say.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { broadcastShape, totalOf } from './broadcast-model.ts'
import { ReceiptTable } from './receipt-table.tsx'
import { useBroadcastWords } from './use-broadcast-words.ts'

const freshMs = 3 * 60_000

export function BroadcastRow({ item, now }: { item: BroadcastItem; now: number }) {
  const { t, time } = useText()
  const say = useSay()
  const words = useBroadcastWords()
  const [open, setOpen] = useState(false)
  const cancel = useStop({ done: () => undefined, failed: say.failed })
  const total = totalOf(item)
  const failed = item.answers.failed > 0
  // Who stops it wants to see each loudspeaker fall silent.
  const fresh = item.lastRunAt !== null && now - item.lastRunAt < freshMs
  return (
    <div className="cast-row" data-broadcast={item.id} data-state={item.state}>
      <div className="line">
        <div className="grow">
          <div className="row" style={{ gap: 6 }}>
            {item.priority === 'emergency' && <StateShape kind="critical" sizePx={16} />}
            <b className="clip">{words.title(item)}</b>
          </div>
          <div className="muted s12 clip">
            {words.where(item)}
            {item.weekly !== null && ` · ${words.weekly(item.weekly)}`}
            {` · ${t('cast.by', { who: item.createdBy, when: time.day(item.createdAt, now) })}`}
          </div>
        </div>
        <span className="row s13 state">
          <StateShape kind={broadcastShape[item.state]} sizePx={16} />
          <Standing item={item} now={now} />
        </span>
        <span className="answers s13">
          {total > 0 && (
            <span className={failed ? 'failed' : 'second'}>
              {t('cast.heard', { n: item.answers.heard, total })}
            </span>
          )}
        </span>
        <span className="row acts">
          {item.state === 'scheduled' && (
            <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(item.id)}>
              {t('cast.cancel')}
            </Button>
          )}
          {total > 0 && (
            <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t(open ? 'cast.receipts-hide' : 'cast.receipts')}
            </Button>
          )}
        </span>
      </div>
      {open && <ReceiptTable id={item.id} busy={fresh || item.answers.waiting > 0} now={now} />}
    </div>
  )
}

function Standing({ item, now }: { item: BroadcastItem; now: number }) {
  const { t, time } = useText()
  if (item.state === 'cancelled' && item.cancelledBy !== null)
    return <>{t('cast.cancelled-by', { who: item.cancelledBy })}</>
  if (item.state !== 'scheduled' || item.nextAt === null)
    return <>{t(`cast.state-${item.state}`)}</>
  const when = time.day(item.nextAt, now)
  return <>{item.weekly === null ? t('cast.waits', { when }) : t('cast.next', { when })}</>
}
