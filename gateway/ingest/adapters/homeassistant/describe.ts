import type { DeviceInfo } from '../../../../contracts/payloads.ts'
import type { KnownDevice } from './known.ts'

const shownMax = 64

/** What a device is by what it measures; never a word that would make a door or a barrier of it. */
const typesByReading: readonly (readonly [string, string])[] = [
  ['smoke', 'smoke-sensor'],
  ['gas', 'gas-sensor'],
  ['waterLeak', 'leak-sensor'],
  ['doorOpen', 'contact-sensor'],
  ['motion', 'motion-sensor'],
  ['waterMeter', 'water-meter'],
  ['powerMeter', 'power-meter'],
  ['pm25', 'air-sensor'],
]

/** How a device is put before the person who approves it: what was understood and what was not. */
export function describeDevice(
  device: KnownDevice,
  adapter: string,
  parent: string | null,
): DeviceInfo {
  const entities = [...device.entities.values()]
  const understood = entities.filter(
    ({ entity, announced }) => announced && entity.problem === null,
  )
  const readings = new Set(understood.flatMap(({ reading }) => reading ?? []))
  const isCamera = understood.some(({ entity }) => entity.kind === 'picture')
  const type = isCamera
    ? 'camera'
    : (typesByReading.find(([name]) => readings.has(name))?.[1] ?? 'sensor')
  return {
    type,
    ...(device.name === null ? {} : { name: device.name }),
    ...(device.model === null ? {} : { model: device.model }),
    ...(device.manufacturer === null ? {} : { manufacturer: device.manufacturer }),
    ...(device.area === null ? {} : { place: device.area }),
    capabilities: [...readings].slice(0, shownMax),
    adapter,
    ...(parent === null ? {} : { via: parent }),
    entities: entities.slice(0, shownMax).map(({ entity, reading, announced }) => ({
      name: entity.name,
      kind: entity.component,
      reading: entity.problem === null ? reading : null,
      ...problemOf(entity.problem, announced),
    })),
  }
}

function problemOf(problem: string | null, announced: boolean): { problem?: string } {
  if (!announced) return { problem: 'not announced any more' }
  return problem === null ? {} : { problem }
}
