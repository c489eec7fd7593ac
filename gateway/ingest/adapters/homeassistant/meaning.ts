/** What an entity's value is called inside Linli, and how its unit becomes ours. */
export interface Meaning {
  readonly reading: string
  /** Several of one device become one: a boolean is true while any of them is. */
  readonly shared: boolean
  readonly scale: (value: number) => number
  /** An alarm that is not to wait for a change. */
  readonly lifeSafety: boolean
}

const same = (value: number): number => value

/** `device_class` of binary sensors [home-assistant.io, binary_sensor]. */
const binaryReadings: Readonly<Record<string, string>> = {
  battery: 'batteryLow',
  carbon_monoxide: 'gas',
  cold: 'cold',
  door: 'doorOpen',
  garage_door: 'doorOpen',
  gas: 'gas',
  heat: 'heat',
  light: 'lightDetected',
  lock: 'unlocked',
  moisture: 'waterLeak',
  motion: 'motion',
  moving: 'moving',
  occupancy: 'motion',
  opening: 'doorOpen',
  plug: 'plugged',
  power: 'powered',
  presence: 'motion',
  problem: 'problem',
  running: 'running',
  safety: 'safety',
  smoke: 'smoke',
  sound: 'soundDetected',
  tamper: 'tamper',
  vibration: 'vibration',
  window: 'doorOpen',
}

/** Classes in which an alarm found at the start is not kept quiet. */
const lifeSafetyReadings: ReadonlySet<string> = new Set(['smoke', 'gas', 'waterLeak', 'safety'])

export function binaryMeaning(deviceClass: string | null, objectId: string): Meaning {
  const reading = deviceClass === null ? objectId : (binaryReadings[deviceClass] ?? objectId)
  return {
    reading,
    shared: reading !== objectId,
    scale: same,
    lifeSafety: lifeSafetyReadings.has(reading),
  }
}

type Units = Readonly<Record<string, (value: number) => number>>
const times =
  (factor: number) =>
  (value: number): number =>
    // Fifteen digits: 12.83 * 1000 shall not become 12830.000000000002.
    Number((value * factor).toPrecision(15))

const energy: Units = {
  Wh: times(0.001),
  kWh: same,
  MWh: times(1_000),
  J: times(1 / 3.6e6),
  MJ: times(1 / 3.6),
}
const volume: Units = {
  'm³': same,
  m3: same,
  L: times(0.001),
  l: times(0.001),
  mL: times(1e-6),
  'ft³': times(0.0283168466),
  CCF: times(2.83168466),
  gal: times(0.003785411784),
}

/** `device_class` of sensors, with the units that are understood; a unit of none of them is left alone. */
const sensorReadings: Readonly<
  Record<string, { readonly reading: string; readonly units: Units }>
> = {
  atmospheric_pressure: {
    reading: 'pressure',
    units: { hPa: same, mbar: same, Pa: times(0.01), kPa: times(10) },
  },
  battery: { reading: 'battery', units: { '%': same } },
  carbon_dioxide: { reading: 'co2', units: { ppm: same } },
  carbon_monoxide: { reading: 'co', units: { ppm: same } },
  current: { reading: 'current', units: { A: same, mA: times(0.001) } },
  energy: { reading: 'powerMeter', units: energy },
  gas: { reading: 'gasMeter', units: volume },
  humidity: { reading: 'humidity', units: { '%': same } },
  illuminance: { reading: 'illuminance', units: { lx: same } },
  ph: { reading: 'ph', units: { '': same } },
  pm25: { reading: 'pm25', units: { 'µg/m³': same, 'μg/m³': same, 'ug/m3': same } },
  power: { reading: 'power', units: { W: same, kW: times(1_000), mW: times(0.001) } },
  pressure: {
    reading: 'pressure',
    units: { hPa: same, mbar: same, Pa: times(0.01), kPa: times(10) },
  },
  signal_strength: { reading: 'signal', units: { dB: same, dBm: same } },
  sound_pressure: { reading: 'noise', units: { dB: same, dBA: same } },
  temperature: {
    reading: 'temperature',
    units: {
      '°C': same,
      '°F': (value) => times(5 / 9)(value - 32),
      K: (value) => Number((value - 273.15).toPrecision(12)),
    },
  },
  voltage: { reading: 'voltage', units: { V: same, mV: times(0.001) } },
  water: { reading: 'waterMeter', units: volume },
}

/** Null where the class is known and the unit is not: a number without its unit would be a wrong one. */
export function sensorMeaning(
  deviceClass: string | null,
  unit: string | null,
  objectId: string,
): Meaning | null {
  const known = deviceClass === null ? undefined : sensorReadings[deviceClass]
  const own = { shared: false, lifeSafety: false }
  if (known === undefined) return { ...own, reading: objectId, scale: same }
  const scale = known.units[unit ?? '']
  return scale === undefined ? null : { ...own, reading: known.reading, scale }
}
