import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { NotificationItem } from '../../../contracts/http/notify.ts'
import type { ListAnswer } from '../../../contracts/http/system.ts'
import { keys, useMay } from './queries.ts'
import { useClient } from './use-client.ts'

/** Beyond the stream: what a colleague took in hand is no notice to me. */
const refreshMs = 15_000
const openMax = 200

/** Alarms on my screen that nobody has in hand. Asked for on every page: the bell and the sound live on it. */
export function useOpenNotices() {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.notices, 'open'],
    queryFn: () =>
      client.get<ListAnswer<NotificationItem>>('/notifications/inbox', {
        open: 'true',
        limit: openMax,
      }),
    enabled: useMay('notices'),
    refetchInterval: refreshMs,
  })
}

/** All that came to my screen, the newest first. */
export function useInbox(limit: number) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.notices, 'all', limit],
    queryFn: () => client.get<ListAnswer<NotificationItem>>('/notifications/inbox', { limit }),
    enabled: useMay('notices'),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  })
}

/** Who was told of a ticket, over which channel, and what came of it. */
export function useReceipts(ticket: string) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.ticket(ticket), 'receipts'],
    queryFn: () =>
      client.get<ListAnswer<NotificationItem>>('/notifications', { incident: ticket, limit: 200 }),
    enabled: useMay('receipts'),
    refetchInterval: refreshMs,
  })
}

export function useTakeInHand(after: { done: () => void; failed: (error: unknown) => void }) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => client.send('POST', `/notifications/${encodeURIComponent(id)}/ack`),
    onSuccess: async () => {
      after.done()
      await cache.invalidateQueries({ queryKey: keys.notices })
    },
    onError: after.failed,
  })
}

/** Tells the box that these stood on a screen that somebody could see. */
export function useSeen(ids: readonly string[]): void {
  const client = useClient()
  const text = ids.join(' ')
  useEffect(() => {
    if (text === '') return
    const tell = () => {
      if (document.visibilityState !== 'visible') return
      // Not told is not lost: they stay unread, and the next look tells again.
      client
        .send('POST', '/notifications/inbox/seen', { ids: text.split(' ') })
        .catch(() => undefined)
    }
    const timer = setTimeout(tell, seenAfterMs)
    document.addEventListener('visibilitychange', tell)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', tell)
    }
  }, [client, text])
}
const seenAfterMs = 1_500
