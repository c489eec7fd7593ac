import type { Severity } from '../../contracts/anomaly.ts'
import type { LadderAnswer, LadderHow } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { TicketFlag } from '../../contracts/ticket.ts'
import { type Actor, systemActor } from '../auth/principal.ts'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { addTimeline, announce } from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { residentOf } from './ladder-people.ts'
import { type Run, type StepRow, nameOf, saveState, stateOf } from './ladder-rows.ts'
import { moveLadder } from './ladder-machine.ts'
import { type LadderEffect, type LadderEvent, holdTimer } from './ladder-state.ts'
import { type LadderDeps, type Scene, honorificOf } from './ladder-scene.ts'
import { tellStep } from './ladder-tell.ts'
import { noteText, reliefText } from './ladder-texts.ts'

export interface Happening {
  readonly event: LadderEvent
  /** Why it is over, in words for people. */
  readonly why?: LocalText
  readonly now: number
}

export const timerId = (run: string, of: string): string => `ladder:${run}:${of}`

/** Carries an event through the machine and does what comes of it, in the caller's transaction. */
export async function moveRun(
  trx: Trx,
  deps: LadderDeps,
  run: Run,
  ticket: TicketRow,
  { event, why, now }: Happening,
): Promise<Run> {
  const resident = await residentOf(trx, ticket)
  const scene: Scene = { run, ticket, resident, why: why ?? null, now, next: [event] }
  let changed = false
  for (let one = scene.next.shift(); one !== undefined; one = scene.next.shift()) {
    const moved = moveLadder(stateOf(scene.run), one, now)
    if (moved.effects.length === 0) continue
    changed = true
    scene.run = await saveState(trx, scene.run, moved.state, extrasOf(moved.effects, now), now)
    for (const effect of moved.effects) await perform(trx, deps, scene, effect)
  }
  if (changed) await announce(trx, scene.ticket, 'ladder', now)
  return scene.run
}

function extrasOf(
  effects: readonly LadderEffect[],
  now: number,
): { takenBy?: Actor; heldUntil: number | null } {
  const hold = effects.find((one) => one.kind === 'timer' && one.of === holdTimer)
  const taken = effects.find(
    (one) => one.kind === 'note' && ['taken', 'stopped'].includes(one.what),
  )
  const by = taken?.kind === 'note' ? taken.by : null
  return {
    ...(by === null ? {} : { takenBy: by }),
    heldUntil: hold?.kind === 'timer' ? now + hold.afterMs : null,
  }
}

async function perform(
  trx: Trx,
  deps: LadderDeps,
  scene: Scene,
  effect: LadderEffect,
): Promise<void> {
  const { run, ticket, now } = scene
  const runId = run.row.id
  switch (effect.kind) {
    case 'tell':
      return tellStep(trx, deps, scene, effect.step)
    case 'timer':
      return deps.deadlines.schedule(trx, {
        id: timerId(runId, effect.of),
        kind: 'ladder',
        payload: { ticket: ticket.id, run: runId, of: effect.of },
        afterMs: effect.afterMs,
      })
    case 'drop-timer':
      return deps.deadlines.drop(trx, timerId(runId, effect.of))
    case 'drop-timers':
      return deps.deadlines.dropAll(trx, timerId(runId, ''))
    case 'supervise':
      return supervise(trx, deps, scene)
    case 'spoke':
      if (scene.resident === null) return
      return deps.spoke(trx, { resident: scene.resident, by: effect.by, at: now })
    case 'hush':
      return deps.messenger.acknowledge(trx, ticket.id, {
        id: idOf(effect.by),
        name: effect.by.name,
        at: now,
      })
    case 'quiet':
      return deps.messenger.stopIncident(trx, ticket.id)
    case 'relief':
      return relieve(trx, deps, scene)
    case 'note':
      return tellStory(trx, deps, scene, effect)
  }
}

const idOf = (by: Actor): string => (by.kind === 'contact' ? `contact:${by.id}` : by.id)

async function supervise(trx: Trx, deps: LadderDeps, scene: Scene): Promise<void> {
  const { ticket, now } = scene
  const flags = fromJson(ticket.flags) as TicketFlag[]
  if (flags.includes('supervised')) return
  const next: TicketRow = {
    ...ticket,
    flags: JSON.stringify([...flags, 'supervised']),
    updated_at: now,
    revision: ticket.revision + 1,
  }
  await trx
    .updateTable('tickets')
    .set({ flags: next.flags, updated_at: now, revision: next.revision })
    .where('id', '=', ticket.id)
    .execute()
  await addTimeline(trx, deps, ticket.id, { kind: 'supervise', actor: systemActor, ts: now })
  scene.ticket = next
}

async function relieve(trx: Trx, deps: LadderDeps, scene: Scene): Promise<void> {
  const { ticket, why, now } = scene
  const honorific = honorificOf(scene)
  const title = { zh: '已解除', en: 'All clear' }
  await deps.messenger.notify(trx, {
    incident: ticket.id,
    // A matter that comes again while its ticket is open has its own relief.
    step: `relief-${scene.run.row.id}`,
    community: ticket.community,
    severity: ticket.severity as Severity,
    kind: 'relief',
    to: [],
    text: { title, body: reliefText(why, honorific) },
    link: `/tickets/${ticket.id}`,
  })
  await addTimeline(trx, deps, ticket.id, {
    kind: 'ladder.relief',
    actor: systemActor,
    ts: now,
    note: { zh: '已告知每一位惊动过的人', en: 'Everybody who was alarmed has been told' },
  })
}

async function tellStory(
  trx: Trx,
  deps: LadderDeps,
  scene: Scene,
  effect: Extract<LadderEffect, { kind: 'note' }>,
): Promise<void> {
  const step = scene.run.steps.find(({ id }) => id === effect.step)
  await addTimeline(trx, deps, scene.ticket.id, {
    kind: `ladder.${effect.what}`,
    actor: effect.by ?? systemActor,
    ts: scene.now,
    note: noteText(effect.what, {
      step: step === undefined ? null : aboutStep(step),
      by: effect.by?.name ?? null,
      text: effect.text,
      why: scene.why,
      holdMs: scene.run.row.hold_ms,
    }),
  })
}

const aboutStep = (step: StepRow) => ({
  name: nameOf(step),
  how: fromJson(step.how) as LadderHow[],
  waitMs: step.wait_ms,
  answer: step.answer as LadderAnswer | null,
})
