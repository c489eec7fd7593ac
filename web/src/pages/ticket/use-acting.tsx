import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import type {
  Ticket,
  TicketAction,
  TicketActionBody,
  TicketSummary,
} from '../../../../contracts/ticket.ts'
import { isProblem } from '../../data/problem.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'
import { actsAtOnce } from './action-model.ts'

const ActionDialog = lazy(() => import('./action-dialog.tsx'))

interface Asked {
  readonly ticket: TicketSummary
  readonly action: TicketAction
  /** Fields that the server missed. */
  readonly missing: readonly string[]
}
interface Deed {
  readonly ticket: TicketSummary
  readonly action: TicketAction
  readonly body: TicketActionBody
}

export interface Acting {
  /** Acts at once, or opens the dialog that asks what the action demands. */
  readonly start: (ticket: TicketSummary, action: TicketAction) => void
  readonly send: (ticket: TicketSummary, action: TicketAction, body: TicketActionBody) => void
  readonly busy: boolean
  readonly dialog: ReactNode
}

export function useActing(): Acting {
  const { t } = useText()
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)

  const act = useMutation({
    mutationFn: ({ ticket, action, body }: Deed) =>
      client.send<Ticket>(
        'POST',
        `/tickets/${encodeURIComponent(ticket.id)}/actions/${action}`,
        body,
      ),
    onSuccess: (_, { ticket, action }) => {
      setAsked(null)
      say.done(t('ticket.done-action', { action: t(`act.${action}`) }))
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket.id) })
      void cache.invalidateQueries({ queryKey: keys.tickets })
    },
    onError: (error, { ticket, action }) => {
      if (isProblem(error, 'ticket.demand-missing'))
        setAsked({ ticket, action, missing: error.missing })
      if (!isProblem(error, 'ticket.action-not-allowed')) return say.failed(error)
      setAsked(null)
      say.failed(error)
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket.id) })
      void cache.invalidateQueries({ queryKey: keys.tickets })
    },
  })

  return {
    busy: act.isPending,
    start: (ticket, action) => {
      if (actsAtOnce(action)) act.mutate({ ticket, action, body: {} })
      else setAsked({ ticket, action, missing: [] })
    },
    send: (ticket, action, body) => act.mutate({ ticket, action, body }),
    dialog: asked !== null && (
      <Suspense fallback={null}>
        <ActionDialog
          key={`${asked.ticket.id}${asked.action}`}
          action={asked.action}
          missing={asked.missing}
          busy={act.isPending}
          onCancel={() => setAsked(null)}
          onSend={(body) => act.mutate({ ticket: asked.ticket, action: asked.action, body })}
        />
      </Suspense>
    ),
  }
}
