import type { TimelineEntry } from '../../../../contracts/ticket.ts'
import { useText } from '../../text/use-text.ts'
import { isWord } from '../../text/words.ts'

interface TimelineProps {
  readonly entries: readonly TimelineEntry[]
  readonly now: number
  readonly max?: number
}

/** What happened, the newest first. */
export function Timeline({ entries, now, max }: TimelineProps) {
  const { t, time, either } = useText()
  const newest = [...entries].sort((a, b) => b.ts - a.ts).slice(0, max)
  const word = (kind: string) => {
    const key = isWord(`act.${kind}`) ? `act.${kind}` : `kind.${kind}`
    return isWord(key) ? t(key as 'kind.opened') : kind
  }
  const actor = ({ actor }: TimelineEntry) =>
    actor.kind === 'gateway' ? t('role.gateway') : actor.name
  return (
    <ol className="timeline">
      {newest.map((entry) => (
        <li key={entry.id} data-kind={entry.kind}>
          <i />
          <span className="muted nowrap">
            {shortDay(time.day(entry.ts, now), time.clock(entry.ts))}
          </span>
          <span>
            <b>{word(entry.kind)}</b>
            {actor(entry) !== '' && <span className="second"> · {actor(entry)}</span>}
            {entry.note !== null && (
              <div className="second note">{either(entry.note, entry.noteEn)}</div>
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}

/** Today needs no date. */
const shortDay = (day: string, clock: string) => (/^(今天|today) /.test(day) ? clock : day)
