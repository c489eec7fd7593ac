import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { Values } from '../devices/measure.ts'
import type { Random } from '../random.ts'
import { livelyDevices } from '../world.ts'
import type { Action } from './script.ts'
import type { Stage } from './stage.ts'

/** What neighbours do: a door that opens and closes, somebody who crosses a room. None is an anomaly. */
export function neighbour(random: Random): readonly { afterMs: number; action: Action }[] {
  const { door, motion } = random.pick(livelyDevices)
  if (motion !== null && random.chance(0.5))
    return [
      { afterMs: 0, action: { kind: 'notice', device: motion, values: { motion: true } } },
      {
        afterMs: 9 * secondMs,
        action: { kind: 'notice', device: motion, values: { motion: false } },
      },
    ]
  return [
    { afterMs: 0, action: { kind: 'notice', device: door, values: { doorOpen: true } } },
    {
      afterMs: 5 * secondMs,
      action: { kind: 'notice', device: door, values: { doorOpen: false } },
    },
  ]
}

/** What happens from time to time when the demo is left running; each lets go by itself. */
const incidents: readonly {
  readonly device: string
  readonly values: Values
  readonly rest: Values
}[] = [
  { device: 'leak-2-2-202', values: { waterLeak: true }, rest: { waterLeak: false } },
  { device: 'smoke-11-2-602', values: { smoke: true }, rest: { smoke: false } },
  { device: 'sos-2-1-102', values: { sos: true }, rest: { sos: false } },
  { device: 'manhole-west', values: { tilt: 27 }, rest: { tilt: 0.4 } },
  { device: 'lift-6-1', values: { liftFault: true }, rest: { liftFault: false } },
  { device: 'gas-9-1-103', values: { gas: true }, rest: { gas: false } },
]
const incidentLastsMs = 90 * secondMs

/** Keeps the community alive until it is stopped: neighbours always, incidents only where asked. */
export function everyday(
  stage: Stage,
  random: Random,
  options: { readonly incidents: boolean; readonly warn: (text: string) => void },
): { stop(): void } {
  const timers = new Set<NodeJS.Timeout>()
  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms)
    timers.add(timer)
  }
  const act = (action: Action): void => {
    stage.act(action).catch((error: unknown) => options.warn(String(error)))
  }
  const nextNeighbour = (): void => {
    for (const { afterMs, action } of neighbour(random)) later(afterMs, () => act(action))
    later(random.between(2 * secondMs, 6 * secondMs), nextNeighbour)
  }
  const nextIncident = (): void => {
    const { device, values, rest } = random.pick(incidents)
    act({ kind: 'hold', device, values })
    later(incidentLastsMs, () => act({ kind: 'release', device, values: rest }))
    later(random.between(2 * minuteMs, 5 * minuteMs), nextIncident)
  }
  later(secondMs, nextNeighbour)
  if (options.incidents) later(3 * minuteMs, nextIncident)
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
