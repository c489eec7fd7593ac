import type { RosterChange } from '../../../contracts/roster.ts'
import type { Room } from './day.ts'

export interface Holder {
  readonly kind: 'resident' | 'carer'
  readonly id: string
}

/** What reaches a box, in true time: the world knows nothing of how the box takes it. */
export type WorldEvent =
  | {
      readonly kind: 'message'
      readonly at: number
      readonly device: string
      readonly leaf: 'telemetry' | 'status' | 'info'
      readonly payload: string
    }
  | {
      readonly kind: 'passage'
      readonly at: number
      readonly door: string
      readonly method: 'card' | 'face'
      readonly holder: Holder
    }
  | {
      readonly kind: 'recognised'
      readonly at: number
      readonly camera: string
      readonly resident: string
    }
  | {
      readonly kind: 'covered'
      readonly at: number
      readonly camera: string
      readonly from: number
      readonly to: number
    }
  | {
      readonly kind: 'visit'
      readonly at: number
      readonly resident: string
      readonly seen: boolean
    }
  | {
      readonly kind: 'roster'
      readonly at: number
      readonly residents: NonNullable<RosterChange['residents']>['upsert']
    }
  | { readonly kind: 'start'; readonly at: number; readonly downSince: number }

/** What happens before a sensor, whoever does it. */
export type Stimulus =
  | { readonly at: number; readonly kind: 'motion'; readonly room: Room }
  | { readonly at: number; readonly kind: 'door'; readonly open: boolean }
  | { readonly at: number; readonly kind: 'water'; readonly litres: number }
  | { readonly at: number; readonly kind: 'power'; readonly kwh: number }

/** Half-open, true time. */
export interface Span {
  readonly from: number
  readonly to: number
}

export const spanAt = <T extends Span>(spans: readonly T[], at: number): T | null =>
  spans.find((span) => at >= span.from && at < span.to) ?? null
