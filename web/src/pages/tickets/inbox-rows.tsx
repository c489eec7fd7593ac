import { ChevronDown } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../text/use-text.ts'
import { useUnitNames, useUsualUnits } from '../ticket/use-names.ts'
import type { Group, GroupId } from './inbox-model.ts'
import { TicketRow } from './ticket-row.tsx'

interface InboxRowsProps {
  readonly groups: readonly Group[]
  /** The server has more than it gives at once. */
  readonly more: boolean
  readonly now: number
  readonly selected: string | null
  readonly arrivedAt: (id: string) => number
  readonly onPick: (id: string) => void
  readonly onOpen: (id: string) => void
  /** The pointer is over the list: rows keep their places. */
  readonly onOver: (over: boolean) => void
}

export function InboxRows(props: InboxRowsProps) {
  const { groups, selected } = props
  const { t } = useText()
  const list = useRef<HTMLDivElement>(null)
  const unitName = useUnitNames()
  const usually = useUsualUnits()
  const [folded, setFolded] = useState<ReadonlySet<GroupId>>(new Set())
  useEffect(() => {
    const row = list.current?.querySelector(`[data-ticket="${CSS.escape(selected ?? '')}"]`)
    row?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  const fold = (id: GroupId) =>
    setFolded((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  return (
    <div
      ref={list}
      className="rows"
      role="listbox"
      aria-label={t('nav.tickets')}
      aria-activedescendant={selected === null ? undefined : `row-${selected}`}
      tabIndex={0}
      onPointerEnter={() => props.onOver(true)}
      onPointerLeave={() => props.onOver(false)}
    >
      {groups.map((group) => (
        <div key={group.id} role="group" aria-label={t(`tickets.group-${group.id}`)}>
          <button
            type="button"
            className="group-head"
            aria-expanded={!folded.has(group.id)}
            onClick={() => fold(group.id)}
          >
            <ChevronDown
              size={16}
              strokeWidth={1.7}
              className={folded.has(group.id) ? 'folded' : ''}
              aria-hidden="true"
            />
            <b>{t(`tickets.group-${group.id}`)}</b>
            <span className="muted">{group.tickets.length}</span>
            <span className="grow" />
            <span className="muted">
              {group.id === 'now' && t('tickets.sorted')}
              {group.id === 'verify' && t('tickets.verify-rule')}
            </span>
          </button>
          {!folded.has(group.id) &&
            group.tickets.map((ticket) => (
              <TicketRow
                key={ticket.id}
                ticket={ticket}
                now={props.now}
                selected={ticket.id === selected}
                arrivedAt={props.arrivedAt(ticket.id)}
                unitName={unitName(ticket.unit)}
                usually={usually(ticket.category)}
                onPick={props.onPick}
                onOpen={props.onOpen}
              />
            ))}
        </div>
      ))}
      {props.more && <p className="muted s13 more">{t('tickets.more')}</p>}
    </div>
  )
}
