/** Ladders, timers that outlive the process, contacts, plans of care. As in `schema.ts`: text and integers. */
export interface LadderRunsTable {
  id: string
  ticket: string
  community: string
  resident: string | null
  ladder: string
  version: number
  name: string
  call_sheet: string
  status: string
  hold_ms: number | null
  /** Wall time until which who took it has time; the timer itself is in `deadlines`. */
  held_until: number | null
  taken_by: string | null
  created_at: number
  updated_at: number
  ended_at: number | null
  /** Raised by every move: two at once cannot both win. */
  revision: number
}

export interface LadderStepsTable {
  run: string
  position: number
  id: string
  who: string
  how: string
  name: string
  message: string | null
  wait_ms: number
  parallel: number
  stops: string
  /** Unit, group or contact that the step names. */
  target: string | null
  state: string
  started_at: number | null
  /** For people to read; the timer itself is in `deadlines`. */
  due_at: number | null
  ended_at: number | null
  answer: string | null
  answered_by: string | null
  note: string | null
  /** Who was told, as JSON: `[{kind,id,name}]`. */
  told: string
  /** Ids of the messages that went out. */
  notices: string
}

/** Hashes of the links in messages to relatives; each answers once. */
export interface LadderLinksTable {
  token_hash: string
  run: string
  step: string
  person: string
  language: string
  created_at: number
  /** In steady time. */
  expires_at: number
  used_at: number | null
}

export interface DeadlinesTable {
  id: string
  kind: string
  payload: string
  /** In steady time: see api/timers/steady-clock.ts. */
  due_at: number
  attempts: number
  created_at: number
}

export interface SteadyClockTable {
  id: number
  boot: string
  mono_ms: number
  steady_ms: number
  /** The last pair in which the wall clock was believed. */
  wall_ms: number
  wall_steady_ms: number
  doubt: number
}

export interface ContactsTable {
  id: string
  resident: string
  community: string
  name: string
  relation: string
  phone: string | null
  email: string | null
  language: string
  position: number
  created_at: number
  updated_at: number
}

export interface CarePlansTable {
  resident: string
  community: string
  level: string
  schedule: string | null
  worker: string | null
  notes: string
  /** What goes onto a call sheet, and who agreed to it; null: nothing does. */
  emergency: string | null
  since: number
  updated_at: number
  updated_by: string
}

export interface VisitsTable {
  id: string
  resident: string
  community: string
  at: number
  seen: number
  note: string | null
  by_id: string
  by_name: string
  created_at: number
  /** Null until the box has it. */
  forwarded_at: number | null
  /** Answers of the checklist as JSON. */
  form: string | null
}

export interface LadderTables {
  ladder_runs: LadderRunsTable
  ladder_steps: LadderStepsTable
  ladder_links: LadderLinksTable
  deadlines: DeadlinesTable
  steady_clock: SteadyClockTable
  contacts: ContactsTable
  care_plans: CarePlansTable
}
