import type { Generated } from 'kysely'

/** Tables of 0005: who may pass, and what was deleted. The rules of schema.ts hold here too. */
export interface ConsentsTable {
  id: string
  community: string
  resident: string
  purpose: string
  method: string
  text_version: string
  text_sha256: string | null
  channel: string
  guardian: string | null
  evidence_sha256: string | null
  given_at: number
  expires_at: number | null
  withdrawn_at: number | null
  withdrawn_by: string | null
  recorded_by: string
}

/** One template in the gateway, under the same id. */
export interface FacesTable {
  id: string
  community: string
  resident: string
  consent: string
  pictures: number
  created_at: number
}

/**
 * Templates that must go from the gateway. A row is written before an enrolment begins and taken back in
 * the transaction that stores the face, so a crash in between leaves the deletion, never the template.
 */
export interface FaceRemovalsTable {
  template: string
  /** What was withdrawn together, and gets one receipt. */
  batch: string
  consent: string | null
  subject_sha256: string
  actor: string
  /** 1: somebody is owed a receipt. */
  receipt: number
  due_at: number
  done_at: number | null
  templates: number
  pictures: number
}

/** Append-only, hash-chained. */
export interface DeletionReceiptsTable {
  seq: Generated<number>
  consent: string | null
  subject_sha256: string
  templates: number
  pictures: number
  at: number
  actor: string
  in_force: number
  previous: string
  sha256: string
}

export interface VehiclesTable {
  id: string
  community: string
  plate: string
  holder: string | null
  list: string
  note: string | null
  from_at: number | null
  to_at: number | null
  created_at: number
}

export interface VisitorsTable {
  id: string
  community: string
  name: string
  host: string | null
  pin_hash: string | null
  plate: string | null
  doors: string
  from_at: number
  to_at: number
  entries_max: number | null
  created_by: string
  created_at: number
  revoked_at: number | null
  listed: number
}

export interface WatchlistTable {
  id: string
  community: string
  label: string
  authority: string
  legal_basis: string
  document_number: string
  requested_by: string
  approved_by: string | null
  approved_at: number | null
  /** In the gateway; of this approval alone, so that two at once cannot undo each other's. */
  template: string | null
  withdrawn_at: number | null
  pictures: string | null
  created_at: number
  expires_at: number
}

export interface ModesTable {
  id: string
  community: string
  mode: string
  from_at: number
  to_at: number | null
  reason: string
  by_id: string
  by_name: string
  created_at: number
  ended_at: number | null
  ended_by: string | null
}

export interface AccessTables {
  consents: ConsentsTable
  faces: FacesTable
  face_removals: FaceRemovalsTable
  deletion_receipts: DeletionReceiptsTable
  vehicles: VehiclesTable
  visitors: VisitorsTable
  watchlist: WatchlistTable
  modes: ModesTable
}
