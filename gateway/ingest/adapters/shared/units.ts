/** Units of others into those of contract v1. What is not named here is taken as it comes. */
type Conversion = (value: number) => number
const times =
  (factor: number): Conversion =>
  (value) =>
    value * factor

const bySi: Readonly<Record<string, Readonly<Record<string, Conversion>>>> = {
  temperature: {
    '°F': (value) => ((value - 32) * 5) / 9,
    F: (value) => ((value - 32) * 5) / 9,
    K: (value) => value - 273.15,
  },
  powerMeter: { Wh: times(1e-3), MWh: times(1e3), MJ: times(1 / 3.6), GJ: times(1e3 / 3.6) },
  power: { kW: times(1e3), mW: times(1e-3), MW: times(1e6) },
  voltage: { mV: times(1e-3), kV: times(1e3) },
  current: { mA: times(1e-3) },
  waterMeter: {
    L: times(1e-3),
    l: times(1e-3),
    mL: times(1e-6),
    gal: times(0.003785411784),
    'ft³': times(0.028316846592),
    CCF: times(2.8316846592),
  },
  waterLevel: {
    mm: times(1e-3),
    cm: times(1e-2),
    in: times(0.0254),
    ft: times(0.3048),
  },
  pressure: {
    Pa: times(1e-2),
    kPa: times(10),
    bar: times(1e3),
    mmHg: times(1.333223684),
    inHg: times(33.86389),
    psi: times(68.94757),
  },
  pm25: { 'mg/m³': times(1e3) },
}

/** Ten digits are more than any sensor has, and take the dust off 0.1 + 0.2. */
const tidy = (value: number): number => Number(value.toPrecision(10))

/** A number in the unit that the reading has with us. */
export function toOurUnit(reading: string, value: number, unit: string | null): number {
  const conversion = unit === null ? undefined : bySi[reading]?.[unit.trim()]
  return conversion === undefined ? value : tidy(conversion(value))
}
