export interface SuspensionsTable {
  id: string
  resident: string
  from_at: number
  to_at: number | null
  reason: string
  note: string | null
  created_by: string
  created_at: number
  /** Who said so. */
  by_name: string | null
  /** Ended before its time: when, by whom, and `back`, `seen` or `death`. */
  ended_at: number | null
  ended_by: string | null
  end_reason: string | null
}

/** Check-ins and calls; visits have a table of their own. */
export interface CareSignsTable {
  id: string
  kind: string
  resident: string
  community: string
  at: number
  answered: number | null
  by_whom: string | null
  note: string | null
  by_id: string
  by_name: string
  created_at: number
  /** Null until the box has it. */
  forwarded_at: number | null
}

export interface DeathsTable {
  resident: string
  at: number
  note: string | null
  by_id: string
  by_name: string
  recorded_at: number
  /** JSON of what an undo brings back; null once it is too late for one. */
  kept: string | null
}

/** What a visitor photographed, as the box gave it back: faces and plates are gone from it. */
export interface VisitPhotosTable {
  visit: string
  sha256: string
  /** Of the file that was sent: a repeat is known by it. */
  upload_sha256: string
  width_px: number
  height_px: number
  by_id: string
  by_name: string
  created_at: number
}

export interface CareTables {
  suspensions: SuspensionsTable
  care_signs: CareSignsTable
  deaths: DeathsTable
  visit_photos: VisitPhotosTable
}
