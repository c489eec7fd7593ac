import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CareForm, CarePerson } from '../../../contracts/http/care-plans.ts'
import type { LadderAnswerBody, LadderItem } from '../../../contracts/http/ladder.ts'
import type { Static } from 'typebox'
import { keys, useMay } from './queries.ts'
import { useClient } from './use-client.ts'

const personPath = (id: string) => `/care/${encodeURIComponent(id)}`

/** Below the key of the care list, so that whatever renews the list renews the person. */
export function usePerson(id: string) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.care, 'person', id],
    queryFn: () => client.get<CarePerson>(personPath(id)),
    refetchInterval: 20_000,
  })
}

export function useCareForm() {
  const client = useClient()
  return useQuery({
    queryKey: ['care-form'],
    queryFn: () => client.get<Static<typeof CareForm>>('/care/form'),
    enabled: useMay('write-care'),
    staleTime: 10 * 60_000,
  })
}

/** Null where nobody is called for this ticket. */
export function useLadder(ticket: string, wanted: boolean) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.ticket(ticket), 'ladder'],
    queryFn: async () =>
      (await client.get<LadderItem | undefined>(`/tickets/${encodeURIComponent(ticket)}/ladder`)) ??
      null,
    enabled: wanted,
    refetchInterval: 10_000,
  })
}

export function useAnswer(
  ticket: string,
  after: { done: () => void; failed: (e: unknown) => void },
) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: LadderAnswerBody) =>
      client.send('POST', `/tickets/${encodeURIComponent(ticket)}/ladder/answer`, body),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.care })
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket) })
      after.done()
    },
    onError: after.failed,
  })
}

/** They are back: the absence ends now. */
export function useEndAway(
  id: string,
  after: { done: () => void; failed: (error: unknown) => void },
) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (suspension: string) =>
      client.send('DELETE', `${personPath(id)}/suspensions/${encodeURIComponent(suspension)}`),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.care })
      after.done()
    },
    onError: after.failed,
  })
}
