import { useState } from 'react'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { type Group, groupTickets, holdPlaces } from './inbox-model.ts'

interface Places {
  readonly shown: readonly TicketSummary[]
  readonly groups: readonly Group[]
}

/** Groups of the rows; while `held` (the pointer is over the list) every row keeps its place. */
export function usePlaces(shown: readonly TicketSummary[], now: number, held: boolean) {
  const [places, setPlaces] = useState<Places>(() => ({ shown, groups: groupTickets(shown, now) }))
  const groups = held ? holdPlaces(places.groups, shown, now) : groupTickets(shown, now)
  const same =
    places.shown.length === shown.length && places.shown.every((x, index) => x === shown[index])
  if (!same || (!held && !sameOrder(places.groups, groups))) setPlaces({ shown, groups })
  return groups
}

const order = (groups: readonly Group[]) =>
  groups.map((group) => `${group.id}:${group.tickets.map((ticket) => ticket.id).join()}`).join('|')

const sameOrder = (a: readonly Group[], b: readonly Group[]) => order(a) === order(b)
