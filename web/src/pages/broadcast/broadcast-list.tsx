import type { BroadcastItem } from '../../../../contracts/http/broadcast.ts'
import { Empty } from '../../shell/notices.tsx'
import { useText } from '../../text/use-text.ts'
import { BroadcastRow } from './broadcast-row.tsx'

interface BroadcastListProps {
  readonly items: readonly BroadcastItem[]
  readonly now: number
}

/** Newest first; each opens to the answers of its loudspeakers. */
export function BroadcastList({ items, now }: BroadcastListProps) {
  const { t } = useText()
  return (
    <div className="cast-list">
      <h3>{t('cast.list')}</h3>
      {items.length === 0 && (
        <Empty title={t('cast.list-empty')} text={t('cast.list-empty-text')} />
      )}
      {items.map((item) => (
        <BroadcastRow key={item.id} item={item} now={now} />
      ))}
    </div>
  )
}
