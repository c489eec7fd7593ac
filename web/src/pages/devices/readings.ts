import type { KnownReading, readingUnits } from '../../../../contracts/readings.ts'
import type { TelemetryPoint } from '../../../../contracts/private-api.ts'
import { figure } from '../../text/format.ts'

/** The units of the contract, as the screen writes them; the type keeps the two equal. */
const units: { readonly [Name in KnownReading]: (typeof readingUnits)[Name] } = {
  temperature: '°C',
  humidity: '%',
  doorOpen: null,
  motion: null,
  smoke: null,
  gas: null,
  waterLeak: null,
  waterMeter: 'm³',
  powerMeter: 'kWh',
  waterLevel: 'm',
  turbidity: 'NTU',
  ph: '',
  noise: 'dBA',
  pm25: 'µg/m³',
  tilt: '°',
  battery: '%',
  sos: null,
  lightOn: null,
  liftFault: null,
  liftTrapped: null,
  peopleIn: '',
  peopleOut: '',
  vehiclesIn: '',
  vehiclesOut: '',
}

export const unitOf = (reading: string): string =>
  (units as Readonly<Record<string, string | null>>)[reading] ?? ''

export function valueWords(
  reading: string,
  value: TelemetryPoint['value'],
  yes: string,
  no: string,
): string {
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value === 'string') return value
  const unit = unitOf(reading)
  return unit === '' ? figure(value) : `${figure(value)} ${unit}`
}

/** Booleans draw as 0 and 1; texts do not draw. */
export const asNumber = (value: TelemetryPoint['value']): number | null =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null
