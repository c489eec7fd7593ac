import type { NotificationItem } from '../../../../contracts/http/notify.ts'
import { useText } from '../../text/use-text.ts'
import { isWord } from '../../text/words.ts'

/** What came of one message: its state, who took it in hand, why not, and how late it was. */
export function ReceiptWords({ item, now }: { item: NotificationItem; now: number }) {
  const { t, time } = useText()
  const { state, reason, acknowledgedBy, acknowledgedAt, lateMs, attempts } = item
  if (acknowledgedBy !== null) {
    const at = acknowledgedAt === null ? '' : time.day(acknowledgedAt, now)
    return <span>{t('notices.taken', { who: acknowledgedBy, time: at })}</span>
  }
  const why = reason === null ? '' : reasonWord(reason)
  const words = [
    reason === 'resolved' ? '' : t(`receipt.${state}`),
    why,
    lateMs !== null && lateMs >= 60_000 ? t('receipt.late', { span: time.span(lateMs) }) : '',
    attempts > 1 ? t('receipt.attempts', { n: attempts }) : '',
  ]
  return <span>{words.filter((word) => word !== '').join(' · ')}</span>

  /** A code of a provider is for whoever mends it: it stands as it is. */
  function reasonWord(code: string): string {
    const key = `reason.${code}`
    return isWord(key) ? t(key as 'reason.rate') : code
  }
}
