import type { Clock } from '../../contracts/clock.ts'
import type { Ack, Command } from '../../contracts/payloads.ts'
import type { DeviceLink } from './link.ts'

/** How long a lock or a barrier takes to move. */
const movesMs = 120

/**
 * Makes a door terminal or a barrier answer its commands: done, or refused once the command has
 * expired. `done` counts what really moved.
 */
export function actOnCommands(
  link: Pick<DeviceLink, 'onCommand' | 'send'>,
  clock: Clock,
  onMoved: (name: string) => void,
): void {
  link.onCommand((payload) => {
    const command = JSON.parse(payload.toString('utf8')) as Command
    setTimeout(() => {
      const late = clock() > command.expiresAt
      const ack: Ack = {
        id: command.id,
        ok: !late,
        error: late ? 'expired before it could be carried out' : null,
        ts: clock(),
      }
      if (!late) onMoved(command.name)
      link.send('ack', JSON.stringify(ack)).catch(() => undefined)
    }, movesMs)
  })
}

const entersAfterMs = 1_000
const shutsAfterMs = 4_000

/** Whoever is let in opens the door and lets it fall shut: what its contact then says. */
export function walkThrough(notice: (doorOpen: boolean) => Promise<void>): void {
  const say = (doorOpen: boolean, afterMs: number): void => {
    setTimeout(() => {
      notice(doorOpen).catch(() => undefined)
    }, afterMs)
  }
  say(true, entersAfterMs)
  say(false, shutsAfterMs)
}
