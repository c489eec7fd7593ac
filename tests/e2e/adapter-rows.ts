/** Ecosystem and fixture: what is played, byte for byte, and held against its table of expectations. */
export const rows: readonly (readonly [string, string])[] = [
  ['homeassistant', 'device-form'],
  ['homeassistant', 'esphome'],
  ['homeassistant', 'events'],
  ['homeassistant', 'hostile'],
  ['homeassistant', 'pictures'],
  ['homeassistant', 'tracker-and-plug'],
  ['homeassistant', 'unknown-values'],
]
/** Opened to the adapter credential. */
export const prefixes = ['homeassistant/#', 'esphome/#', 'unit2/#', 'unit3/#', 'acme/#']
