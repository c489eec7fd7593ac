/** What a property of a foreign device is with us. */
export interface Meaning {
  readonly reading: string
  readonly kind: 'boolean' | 'number'
  /** `contact: false` is an open door. */
  readonly inverted?: true
  /** Unit of the producer where it says none. */
  readonly unit?: string
}

const flag = (reading: string): Meaning => ({ reading, kind: 'boolean' })
const number = (reading: string, unit?: string): Meaning => ({
  reading,
  kind: 'number',
  ...(unit === undefined ? {} : { unit }),
})

/**
 * Property names of zigbee2mqtt, ThingsBoard devices and Tasmota sensors, in snake case, and our readings.
 * A carbon monoxide alarm is a gas alarm: who lies in the room must get out, whatever the gas.
 */
const table: Readonly<Record<string, Meaning>> = {
  contact: { reading: 'doorOpen', kind: 'boolean', inverted: true },
  door: flag('doorOpen'),
  door_open: flag('doorOpen'),
  window_open: flag('doorOpen'),
  occupancy: flag('motion'),
  presence: flag('motion'),
  motion: flag('motion'),
  smoke: flag('smoke'),
  smoke_alarm: flag('smoke'),
  gas: flag('gas'),
  gas_alarm: flag('gas'),
  carbon_monoxide: flag('gas'),
  co_alarm: flag('gas'),
  water_leak: flag('waterLeak'),
  leak: flag('waterLeak'),
  flood: flag('waterLeak'),
  sos: flag('sos'),
  emergency: flag('sos'),
  tamper: flag('tamper'),
  vibration: flag('vibration'),
  battery_low: flag('batteryLow'),
  temperature: number('temperature', '°C'),
  humidity: number('humidity'),
  battery: number('battery'),
  battery_level: number('battery'),
  voltage: number('voltage', 'V'),
  current: number('current', 'A'),
  power: number('power', 'W'),
  energy: number('powerMeter', 'kWh'),
  illuminance: number('illuminance'),
  pressure: number('pressure', 'hPa'),
  pm25: number('pm25'),
  pm2_5: number('pm25'),
  pm10: number('pm10'),
  co2: number('co2'),
  carbondioxide: number('co2'),
  noise: number('noise'),
  angle: number('tilt'),
  tilt_angle: number('tilt'),
  ph: number('ph'),
  turbidity: number('turbidity'),
  water_consumed: number('waterMeter', 'm³'),
  water_consumption: number('waterMeter', 'm³'),
  water_meter: number('waterMeter', 'm³'),
  water_level: number('waterLevel', 'm'),
  liquid_level: number('waterLevel', 'm'),
  linkquality: number('linkQuality'),
  rssi: number('signal'),
}

/** `WaterLeak`, `water-leak` and `waterLeak` as `water_leak`. */
export const snakeCase = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase()

/** Null where the name says nothing to us. */
export const meaningOf = (property: string): Meaning | null => {
  const name = snakeCase(property)
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null
}

/** Where a fire or a flood would be missed, a first value in alarm is not taken for a baseline. */
export const isLifeSafety = (reading: string): boolean => lifeSafety.has(reading)
const lifeSafety: ReadonlySet<string> = new Set(['smoke', 'gas', 'waterLeak', 'sos'])
