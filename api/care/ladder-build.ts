import type { Insertable } from 'kysely'
import { secondMs } from '../../contracts/clock.ts'
import { newId } from '../../contracts/ids.ts'
import type { Ladder, LadderStep } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { LadderRunsTable, LadderStepsTable } from '../db/ladder-schema.ts'
import type { Random } from '../random.ts'
import type { ContactRow } from './contacts.ts'

export interface Begun {
  readonly ticket: string
  readonly community: string
  readonly resident: string | null
}

/**
 * A ladder as one run of it: the family stands in it person by person. What is written down here is what
 * the run keeps to, whatever becomes of the file.
 */
export function buildRun(
  ladder: Ladder,
  about: Begun,
  contacts: readonly ContactRow[],
  random: Random,
  now: number,
): { row: Insertable<LadderRunsTable>; steps: Insertable<LadderStepsTable>[] } {
  const row = {
    id: newId('ladder', now, random),
    ticket: about.ticket,
    community: about.community,
    resident: about.resident,
    ladder: ladder.id,
    version: ladder.version,
    name: JSON.stringify(ladder.name),
    call_sheet: JSON.stringify(ladder.callSheet),
    status: 'running',
    hold_ms: ladder.holdSeconds === undefined ? null : ladder.holdSeconds * secondMs,
    held_until: null,
    taken_by: null,
    created_at: now,
    updated_at: now,
    ended_at: null,
    revision: 0,
  }
  const steps = ladder.steps
    .flatMap((step) => expanded(step, contacts))
    .map(({ step, id, name, target, state }, position) => ({
      run: row.id,
      position,
      id,
      who: step.who,
      how: JSON.stringify(step.how),
      name: JSON.stringify(name),
      message: toJsonOrNull(step.message),
      wait_ms: step.waitSeconds * secondMs,
      parallel: step.parallel ? 1 : 0,
      stops: JSON.stringify(step.stops),
      target,
      state,
      started_at: null,
      due_at: null,
      ended_at: state === 'skipped' ? now : null,
      answer: null,
      answered_by: null,
      note: null,
      told: '[]',
      notices: '[]',
    }))
  return { row, steps }
}

interface Expanded {
  readonly step: LadderStep
  readonly id: string
  readonly name: LocalText
  readonly target: string | null
  readonly state: 'waiting' | 'skipped'
}

function expanded(step: LadderStep, contacts: readonly ContactRow[]): Expanded[] {
  if (step.who !== 'family') {
    const target = step.unit ?? step.group ?? null
    return [{ step, id: step.id, name: step.name, target, state: 'waiting' }]
  }
  if (contacts.length === 0) {
    return [{ step, id: step.id, name: step.name, target: null, state: 'skipped' }]
  }
  return contacts.slice(0, step.atMost).map((contact, i) => ({
    step,
    id: `${step.id}-${i + 1}`,
    name: {
      zh: `${step.name.zh}：${contact.relation} ${contact.name}`,
      en: `${step.name.en}: ${contact.relation} ${contact.name}`,
    },
    target: contact.id,
    state: 'waiting',
  }))
}
