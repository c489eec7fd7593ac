import type { Clock } from '../../contracts/clock.ts'
import type { Ack, Command } from '../../contracts/payloads.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import { deviceTopic } from '../../contracts/topics.ts'

export interface CommandBusDeps {
  /** Publishes with QoS 1, never retained. */
  readonly publish: (topic: string, payload: string) => Promise<void>
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
}

/** A version 4 UUID [RFC 9562, 5.4]: contract v1 promises one to devices. */
function commandId(random: (bytes: number) => Uint8Array): string {
  const bytes = Buffer.from(random(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

interface Waiting {
  readonly community: string
  readonly device: string
  readonly settle: (outcome: CommandOutcome) => void
  readonly timer: NodeJS.Timeout
}

export interface CommandBus {
  /** Resolves with the device's answer, or `expired` when none came in time. Rejects when it cannot be published. */
  send(request: CommandRequest): Promise<CommandOutcome>
  /** An ack that a device sent; one from another device than the asked one is ignored. */
  acknowledged(community: string, device: string, ack: Ack): void
  readonly stats: { readonly sent: number; readonly expired: number; readonly refusedFull: number }
  close(): void
}

/**
 * Commands with an id, an expiry and an acknowledgement. At most `pendingMax` wait at once; above that a
 * command is refused and counted: a door that cannot be told is better known at once.
 */
export function createCommandBus(
  deps: CommandBusDeps,
  options: { readonly pendingMax: number },
): CommandBus {
  const waiting = new Map<string, Waiting>()
  const stats = { sent: 0, expired: 0, refusedFull: 0 }

  const settle = (id: string, outcome: CommandOutcome): void => {
    const entry = waiting.get(id)
    if (entry === undefined) return
    waiting.delete(id)
    clearTimeout(entry.timer)
    entry.settle(outcome)
  }

  return {
    stats,
    async send(request) {
      const id = commandId(deps.random)
      if (waiting.size >= options.pendingMax) {
        stats.refusedFull += 1
        return {
          id,
          outcome: 'refused',
          error: `more than ${options.pendingMax} commands are waiting`,
        }
      }
      const answer = new Promise<CommandOutcome>((resolve) => {
        const timer = setTimeout(() => {
          stats.expired += 1
          settle(id, { id, outcome: 'expired', error: null })
        }, request.ttlMs)
        waiting.set(id, {
          community: request.community,
          device: request.device,
          settle: resolve,
          timer,
        })
      })
      const command: Command = {
        id,
        name: request.name as Command['name'],
        args: request.args,
        expiresAt: deps.clock() + request.ttlMs,
      }
      try {
        await deps.publish(
          deviceTopic(request.community, request.device, 'command'),
          JSON.stringify(command),
        )
        stats.sent += 1
      } catch (error) {
        settle(id, { id, outcome: 'refused', error: String(error) })
      }
      return answer
    },
    acknowledged(community, device, ack) {
      const entry = waiting.get(ack.id)
      if (entry === undefined || entry.community !== community || entry.device !== device) return
      settle(ack.id, { id: ack.id, outcome: ack.ok ? 'done' : 'refused', error: ack.error ?? null })
    },
    close() {
      for (const id of waiting.keys())
        settle(id, { id, outcome: 'expired', error: 'the gateway stops' })
    },
  }
}
