import Button from 'antd/es/button'
import { Square, Volume2 } from 'lucide-react'
import type { BroadcastItem } from '../../../../contracts/http/broadcast.ts'
import { useStop } from '../../data/use-broadcast.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'
import { totalOf } from './broadcast-model.ts'
import { useBroadcastWords } from './use-broadcast-words.ts'

/** What is heard now, how many answer, and one button that ends it. */
export function LiveStrip({ items, now }: { items: readonly BroadcastItem[]; now: number }) {
  if (items.length === 0) return null
  return (
    <div className="cast-live" role="status">
      {items.map((item) => (
        <Live key={item.id} item={item} now={now} />
      ))}
    </div>
  )
}

function Live({ item, now }: { item: BroadcastItem; now: number }) {
  const { t, time } = useText()
  const say = useSay()
  const words = useBroadcastWords()
  const stop = useStop({
    done: ({ receipts }) => say.done(t('cast.stopped', { n: receipts.length })),
    failed: say.failed,
  })
  const { answers, lastRunAt } = item
  return (
    <div className={item.priority === 'emergency' ? 'live emergency' : 'live'} data-live={item.id}>
      <Volume2 size={20} strokeWidth={1.7} aria-hidden="true" />
      <div className="grow">
        <div className="clip">
          <b>{t('cast.now')}</b> {words.title(item)}
        </div>
        <div className="s13 second">
          {t('cast.heard', { n: answers.heard, total: totalOf(item) })}
          {lastRunAt !== null && ` · ${t('care.ago', { span: time.span(now - lastRunAt) })}`}
        </div>
      </div>
      <Button
        size="large"
        icon={<Square size={16} strokeWidth={1.7} />}
        loading={stop.isPending}
        onClick={() => stop.mutate(item.id)}
      >
        {t('cast.stop')}
      </Button>
    </div>
  )
}
