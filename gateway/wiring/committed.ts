import { Value } from 'typebox/value'
import type { GatewayEvent } from '../../contracts/events.ts'
import { TerminalReport } from '../../contracts/http/access.ts'
import { Ack } from '../../contracts/payloads.ts'
import type { Broker } from '../broker/broker.ts'
import type { CommandBus } from '../access/command-bus.ts'
import type { LanAlarm } from '../alarm/lan-alarm.ts'
import type { BarrierGuard, DoorGuard } from '../model/access.ts'
import type { ClipMaker } from '../cameras/clip-maker.ts'
import type { EvidenceStore } from '../cameras/evidence-store.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { DeviceEventInput, Reading } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { filesOf } from '../outbox/outgoing.ts'
import type { CommittedEffects } from '../pipeline/client.ts'

export interface FollowDeps {
  readonly commands: CommandBus
  readonly doors: Pick<DoorGuard, 'event'>
  readonly barriers: Pick<BarrierGuard, 'reported'>
  readonly roster: RosterView
  readonly clips: Pick<ClipMaker, 'raised'>
  readonly fire: (readings: readonly Reading[]) => void
  readonly evidence: Pick<EvidenceStore, 'lock'>
  readonly announce: (event: GatewayEvent) => void
  /** Sirens and loudspeakers: before the outbox, so before any link. */
  readonly alarm: Pick<LanAlarm, 'committed'>
  /** For devices of others. */
  readonly broker: Pick<Broker, 'publish' | 'want'>
  /** The outbox has something. */
  readonly wake: () => void
  readonly logger: Logger
}

/** What happens on the main thread once a batch is on disk. */
export function followCommitted(deps: FollowDeps): (committed: CommittedEffects) => void {
  const complain = (what: string) => (error: unknown) =>
    deps.logger.error({ error: String(error) }, what)
  return ({ effects, events, deviceEvents, fireReadings, publish, wants }) => {
    deps.fire(fireReadings)
    if (wants !== null) deps.broker.want(wants)
    for (const { topic, payload, retain, qos } of publish)
      deps.broker.publish(topic, payload, { retain, qos }).catch(complain('not published'))
    for (const event of events)
      deps.alarm.committed(event).catch(complain('the alarm of the house failed'))
    for (const event of deviceEvents)
      deviceEvent(deps, event).catch(complain('door decision failed'))
    for (const sha256 of effects.flatMap(picturesOf)) {
      deps.evidence.lock(sha256).catch(complain('evidence could not be locked'))
    }
    for (const effect of effects) if (effect.kind === 'raise') deps.clips.raised(effect)
    for (const event of events) deps.announce(event)
    if (effects.length > 0 || events.length > 0) deps.wake()
  }
}

const picturesOf = (effect: AnyEffect): string[] =>
  effect.kind === 'tell' ? [] : effect.evidence.flatMap(filesOf)

/** An event or an ack of a device, for the doors and for who sent a command. */
export async function deviceEvent(
  deps: Pick<FollowDeps, 'commands' | 'doors' | 'barriers' | 'roster'>,
  event: DeviceEventInput,
): Promise<void> {
  const { community, device, id, ts, type, data } = event
  if (type === 'ack') {
    const ack = { id, ts, ...data }
    if (Value.Check(Ack, ack)) deps.commands.acknowledged(community, device, ack)
    return
  }
  if (type === 'access.reported' && deps.roster.device(community, device)?.barrier != null) {
    const report = { id, ts, ...data }
    if (Value.Check(TerminalReport, report)) await deps.barriers.reported(community, device, report)
    return
  }
  await deps.doors.event(community, device, { id, ts, type, data: { ...data } })
}
