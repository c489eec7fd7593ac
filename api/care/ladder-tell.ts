import type { Severity } from '../../contracts/anomaly.ts'
import type { LadderHow } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import { type Principal, systemActor } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { act } from '../tickets/act.ts'
import { addTimeline } from '../tickets/record.ts'
import { createLink, linkPath } from './ladder-links.ts'
import { type Reached, gridWorkers, onDuty, placeOf, reachedBy, streetOf } from './ladder-people.ts'
import { type StepRow, nameOf, saveStep } from './ladder-rows.ts'
import { type LadderDeps, type Scene, honorificOf } from './ladder-scene.ts'
import { defaultMessage, fill, pleaseRing } from './ladder-texts.ts'
import type { NotifyRequest } from '../notify/notify.ts'
import type { Recipient } from '../notify/recipient.ts'

/** The ladder itself, where it dispatches: it may do what the desk may. */
const machine: Principal = {
  kind: 'system',
  id: systemActor.id,
  name: systemActor.name,
  role: 'admin',
  areas: null,
  unit: null,
  scopes: [],
  mustChangePassword: false,
  session: null,
  account: null,
}

/** A step begins: the ticket goes to them, they hear of it, and the desk is asked to ring. */
export async function tellStep(
  trx: Trx,
  deps: LadderDeps,
  scene: Scene,
  id: string,
): Promise<void> {
  const step = scene.run.steps.find((one) => one.id === id)
  if (step === undefined) throw new Error(`invariant broken: no step ${id}`)
  const how = fromJson(step.how) as LadderHow[]
  const reached = await reachedBy(trx, deps.units, step, scene.ticket, scene.resident)
  if (how.includes('dispatch')) await dispatch(trx, deps, scene, step)
  if (reached.to.length === 0) {
    scene.next.push({ kind: 'unreachable', step: id })
    return
  }
  const notices: string[] = []
  if (how.includes('message') || how.includes('alarm')) {
    for (const part of parts(reached)) notices.push(...(await say(trx, deps, scene, step, part)))
  }
  if (how.includes('call')) notices.push(...(await askToRing(trx, deps, scene, step)))
  const told = JSON.stringify(reached.told)
  const saved: StepRow = { ...step, told, notices: JSON.stringify(notices) }
  await saveStep(trx, saved)
  const steps = scene.run.steps.map((one) => (one.id === id ? saved : one))
  scene.run = { ...scene.run, steps }
}

/** Relatives have a link of their own each; everybody else is told together. */
const parts = ({ to }: Reached): Recipient[][] => {
  const contacts = to.filter(({ kind }) => kind === 'contact')
  const others = to.filter(({ kind }) => kind !== 'contact')
  return [...contacts.map((one) => [one]), ...(others.length > 0 ? [others] : [])]
}

async function say(
  trx: Trx,
  deps: LadderDeps,
  scene: Scene,
  step: StepRow,
  to: readonly Recipient[],
): Promise<readonly string[]> {
  const [first] = to
  const own = (fromJsonOrNull(step.message) as LocalText | null) ?? defaultMessage
  return deps.messenger.notify(trx, {
    ...base(scene),
    step: stepKey(scene, step.id),
    to,
    text: { title: titleOf(scene), body: fill(own, valuesOf(scene, step)) },
    link:
      first?.kind === 'contact'
        ? linkPath(
            await createLink(
              trx,
              deps,
              {
                run: scene.run.row.id,
                step: step.id,
                person: first.name,
                language: first.language ?? 'zh',
              },
              scene.now,
            ),
          )
        : `/tickets/${scene.ticket.id}`,
  })
}

/** A telephone call is made by a person: the desk is asked to, now. */
async function askToRing(
  trx: Trx,
  deps: LadderDeps,
  scene: Scene,
  step: StepRow,
): Promise<readonly string[]> {
  if (step.who !== 'resident' && step.who !== 'family') return []
  const desk = await onDuty(trx, scene.ticket.community)
  if (desk.length === 0) return []
  return deps.messenger.notify(trx, {
    ...base(scene),
    step: `${stepKey(scene, step.id)}.call`,
    to: desk.map(({ id }) => ({ kind: 'user', id })),
    text: { title: titleOf(scene), body: pleaseRing(nameOf(step)) },
    link: `/tickets/${scene.ticket.id}`,
  })
}

const base = ({ ticket }: Scene): Omit<NotifyRequest, 'step' | 'to' | 'text' | 'link'> => ({
  incident: ticket.id,
  community: ticket.community,
  severity: ticket.severity as Severity,
  kind: 'alarm',
})

/** A second run of the same ticket reaches people again. */
const stepKey = ({ run }: Scene, step: string): string => `${run.row.id}.${step}`

const titleOf = ({ ticket }: Scene): LocalText => ({
  zh: ticket.title,
  en: ticket.title_en ?? ticket.title,
})

function valuesOf(scene: Scene, step: StepRow): Record<string, LocalText | string> {
  const { ticket } = scene
  return {
    title: titleOf(scene),
    honorific: honorificOf(scene),
    place: placeOf(ticket)?.name ?? '',
    number: ticket.number,
    who: nameOf(step),
  }
}

/** The ticket goes to the worker where there is one only, else to their grid; what is already on its way stays. */
async function dispatch(trx: Trx, deps: LadderDeps, scene: Scene, step: StepRow): Promise<void> {
  const { ticket, now } = scene
  if (ticket.status !== 'filed') return
  const body = await addressee(trx, deps, scene, step)
  if (body === null) {
    const { zh, en } = nameOf(step)
    const note = { zh: `${zh}：没有可以派给的人或单位`, en: `${en}: nobody to dispatch it to` }
    const entry = { kind: 'ladder.note', actor: systemActor, ts: now, note }
    return addTimeline(trx, deps, ticket.id, entry)
  }
  scene.ticket = await act(trx, deps.tickets, ticket, machine, 'dispatch', body, now)
}

async function addressee(
  trx: Trx,
  deps: LadderDeps,
  { ticket, resident }: Scene,
  step: StepRow,
): Promise<{ unit?: string; assignee?: string } | null> {
  const known = (unit: string | null | undefined): { unit: string } | null =>
    unit != null && deps.tickets.unitExists(unit) ? { unit } : null
  switch (step.who) {
    case 'unit':
      return known(step.target)
    case 'street':
      return known(streetOf(deps.units, ticket.community))
    case 'community':
      return known(ticket.community)
    default: {
      const [one, ...more] = await gridWorkers(trx, ticket, resident?.id ?? null)
      if (one !== undefined && more.length === 0) return { assignee: one.id }
      return known(placeOf(ticket)?.grid) ?? known(ticket.community)
    }
  }
}
