import '../notices/notices.css'
import { useMay } from '../../data/queries.ts'
import { useReceipts } from '../../data/use-notices.ts'
import { type StateKind, StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { isWord } from '../../text/words.ts'
import { byPerson } from '../notices/notices-model.ts'
import { ReceiptWords } from '../notices/receipt-words.tsx'

const shapes: Readonly<Record<string, StateKind>> = {
  sent: 'waiting',
  delivered: 'ok',
  acknowledged: 'ok',
  failed: 'major',
  expired: 'offline',
  suppressed: 'away',
}

/** Who was told of this ticket: one line for each message, by person and channel. */
export function ReceiptsPanel({ ticket, now }: { ticket: string; now: number }) {
  const { t, time } = useText()
  const may = useMay('receipts')
  const people = byPerson(useReceipts(ticket).data?.items ?? [])
  if (!may || people.length === 0) return null
  const channelWord = (name: string) => {
    const key = `channel.${name}`
    return isWord(key) ? t(key as 'channel.screen') : name
  }
  return (
    <div className="receipts" data-receipts={people.length}>
      <h3>{t('receipt.title')}</h3>
      {people.map(({ person, name, messages }) => (
        <div key={person} data-person={person}>
          <b>{name}</b>
          <ul className="second s13">
            {messages.map((item) => (
              <li key={item.id} data-channel={item.channel} data-state={item.state}>
                <StateShape kind={shapes[item.state] ?? 'waiting'} sizePx={16} />
                <span className="grow">
                  {channelWord(item.channel)}
                  {item.kind === 'alarm' ? '' : ` · ${t(`notices.kind-${item.kind}`)}`}
                  {item.address === null ? '' : ` ${item.address}`} ·{' '}
                  <ReceiptWords item={item} now={now} />
                </span>
                <span className="muted nowrap">
                  {time.clock(item.deliveredAt ?? item.sentAt ?? item.createdAt)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}
