/** Tables of 0030: the organisation and its duty list. The rules of schema.ts hold here too. */
export interface UnitsTable {
  id: string
  kind: string
  parent: string | null
  zh: string
  en: string
  position: string | null
  created_at: number
  updated_at: number
  /** Set once it is no more; the row stays for what refers to it. */
  ended_at: number | null
}

export interface PostsTable {
  id: string
  unit: string
  user_id: string
  post: string
  from_at: number
  to_at: number | null
  by_name: string
  created_at: number
}

/** Rows are ended by `to_at` and never rewritten. */
export interface DutiesTable {
  id: string
  category: string
  area: string | null
  unit: string
  from_at: number
  to_at: number | null
  reason: string | null
  dispute: string | null
  by_id: string
  by_name: string
  created_at: number
}

/** One per ticket and unit: a ruling binds whoever disputed. */
export interface DutyDisputesTable {
  id: string
  ticket_id: string
  community: string
  category: string | null
  area: string | null
  unit: string
  proposed: string | null
  reason: string
  opened_by: string
  opened_at: number
  ruled_unit: string | null
  ruled_reason: string | null
  ruled_by: string | null
  ruled_at: number | null
  duty: string | null
}

export interface OrgTables {
  units: UnitsTable
  posts: PostsTable
  duties: DutiesTable
  duty_disputes: DutyDisputesTable
}
