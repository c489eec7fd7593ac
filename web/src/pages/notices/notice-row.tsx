import Button from 'antd/es/button'
import { Link } from 'react-router'
import type { NotificationItem } from '../../../../contracts/http/notify.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { asks, shapeOfNotice } from './notices-model.ts'
import { ReceiptWords } from './receipt-words.tsx'

interface NoticeRowProps {
  readonly item: NotificationItem
  readonly now: number
  /** It stood there unread when this page was opened, or came since. */
  readonly fresh: boolean
  readonly busy: boolean
  readonly onTake: (id: string) => void
}

/** One message: what it is about, when it came, and the one thing to do about it. */
export function NoticeRow({ item, now, fresh, busy, onTake }: NoticeRowProps) {
  const { t, time, local } = useText()
  const shape = shapeOfNotice(item)
  const title = local(item.title)
  return (
    <li className={fresh ? 'notice-row fresh' : 'notice-row'} data-notice={item.id}>
      <StateShape kind={shape} sizePx={20} label={t(`severity.${item.severity}`)} />
      <div className="what">
        <div className="row wrap">
          {item.link === null ? (
            <b className="title">{title}</b>
          ) : (
            <Link className="title" to={item.link}>
              {title}
            </Link>
          )}
          {item.kind !== 'alarm' && <span className="chip">{t(`notices.kind-${item.kind}`)}</span>}
          {fresh && <span className="chip brand">{t('notices.unread')}</span>}
        </div>
        <div className="second s13">{local(item.body)}</div>
      </div>
      <div className="state second s13">
        <div className="nowrap">{time.day(item.sentAt ?? item.createdAt, now)}</div>
        <ReceiptWords item={item} now={now} />
      </div>
      {asks(item) && (
        <Button
          type={item.severity === 'critical' ? 'primary' : 'default'}
          loading={busy}
          onClick={() => onTake(item.id)}
        >
          {t('notices.take')}
        </Button>
      )}
    </li>
  )
}
