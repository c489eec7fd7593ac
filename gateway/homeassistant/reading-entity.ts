import type { KnownReading } from '../../contracts/readings.ts'

/** How Home Assistant is to show a reading of ours [home-assistant.io: sensor, binary_sensor]. */
export type Shown =
  | {
      readonly platform: 'binary_sensor'
      readonly deviceClass: string | null
      readonly name?: string
    }
  | {
      readonly platform: 'sensor'
      readonly deviceClass: string | null
      readonly unit: string | null
      readonly stateClass: 'measurement' | 'total_increasing'
      readonly name?: string
    }

const binary = (deviceClass: string, name?: string): Shown => ({
  platform: 'binary_sensor',
  deviceClass,
  ...(name === undefined ? {} : { name }),
})
const measured = (deviceClass: string | null, unit: string | null, name?: string): Shown => ({
  platform: 'sensor',
  deviceClass,
  unit,
  stateClass: 'measurement',
  ...(name === undefined ? {} : { name }),
})
const counted = (deviceClass: string | null, unit: string | null, name?: string): Shown => ({
  platform: 'sensor',
  deviceClass,
  unit,
  stateClass: 'total_increasing',
  ...(name === undefined ? {} : { name }),
})

/** Without a name of ours Home Assistant names the entity by its class, in its own language. */
const known: Record<KnownReading, Shown> = {
  temperature: measured('temperature', '°C'),
  humidity: measured('humidity', '%'),
  doorOpen: binary('door'),
  motion: binary('motion'),
  smoke: binary('smoke'),
  gas: binary('gas'),
  waterLeak: binary('moisture'),
  waterMeter: counted('water', 'm³'),
  powerMeter: counted('energy', 'kWh'),
  waterLevel: measured('distance', 'm', '水位 water level'),
  turbidity: measured(null, 'NTU', '浊度 turbidity'),
  ph: measured('ph', null),
  noise: measured('sound_pressure', 'dBA'),
  pm25: measured('pm25', 'µg/m³'),
  tilt: measured(null, '°', '倾角 tilt'),
  battery: measured('battery', '%'),
  sos: binary('safety', '求助 SOS'),
  lightOn: binary('light', '亮灯 light on'),
  liftFault: binary('problem', '电梯故障 lift fault'),
  liftTrapped: binary('safety', '电梯困人 trapped in lift'),
  peopleIn: counted(null, null, '进人 people in'),
  peopleOut: counted(null, null, '出人 people out'),
  vehiclesIn: counted(null, null, '进车 vehicles in'),
  vehiclesOut: counted(null, null, '出车 vehicles out'),
}

/** It stands in a template and in an identifier: nothing but letters and digits. */
const plainName = /^[a-zA-Z][a-zA-Z0-9]{0,63}$/

/** Null where it is not told: texts may hold a name or a plate, and a value of the wrong kind means nothing. */
export function shownReading(name: string, value: unknown): Shown | null {
  const is = typeof value === 'boolean' ? 'binary_sensor' : 'sensor'
  if (typeof value !== 'boolean' && (typeof value !== 'number' || !Number.isFinite(value)))
    return null
  if (Object.hasOwn(known, name)) {
    const shown = known[name as KnownReading]
    return shown.platform === is ? shown : null
  }
  if (!plainName.test(name)) return null
  return is === 'sensor'
    ? measured(null, null, name)
    : { platform: 'binary_sensor', deviceClass: null, name }
}
