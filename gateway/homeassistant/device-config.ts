import type { DeviceState } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import { ownNode } from '../model/foreign.ts'
import { type Shown, shownReading } from './reading-entity.ts'

/** A topic and what is retained there. */
export interface Retained {
  readonly topic: string
  readonly payload: string
}

/** What is known of one device of ours at one moment. */
export interface Seen {
  readonly device: Pick<RosterDevice, 'id' | 'community' | 'type' | 'name'>
  /** Names of those who live where it stands: a device called after one of them is told by its type. */
  readonly people: readonly string[]
  readonly state: Pick<DeviceState, 'online' | 'lastValues' | 'health'> | null
  /** Null where it is no camera. */
  readonly camera: string | null
}

const componentsMax = 64
export const cameraStates = ['ok', 'offline', 'frozen', 'covered', 'defocused', 'moved', 'waiting']

/** An identifier of `[a-z0-9_-]`; slugs hold no `_`, so no two are the same. */
export const objectId = (community: string, device: string): string => `${community}_${device}`
export const configTopic = (prefix: string, community: string, device: string): string =>
  `${prefix}/device/${ownNode}/${objectId(community, device)}/config`
/** Below the gateway's own device, where only the gateway may publish. */
export const stateTopic = (community: string, device: string): string =>
  `linli/v1/${community}/${gatewayDevice}/ha/${device}`
export const uniqueId = (community: string, device: string, key: string): string =>
  `linli_${objectId(community, device)}_${key}`

export const origin = { name: 'Linli' }
export const boxAvailability = (community: string) => ({
  topic: deviceTopic(community, gatewayDevice, 'status'),
})

export function deviceName({ device, people }: Pick<Seen, 'device' | 'people'>): string {
  const { id, type, name } = device
  const named = people.some((person) => person !== '' && name.includes(person))
  return named || name.trim() === '' ? `${type} ${id}` : name
}

const isOffline = ({ state }: Seen): boolean =>
  state?.online === false || state?.health?.state === 'offline'

function component(shown: Shown, own: { readonly id: string; readonly template: string }) {
  return {
    p: shown.platform,
    uniq_id: own.id,
    ...(shown.name === undefined ? {} : { name: shown.name }),
    ...(shown.deviceClass === null ? {} : { dev_cla: shown.deviceClass }),
    ...(shown.platform === 'sensor'
      ? {
          ...(shown.unit === null ? {} : { unit_of_meas: shown.unit }),
          stat_cla: shown.stateClass,
        }
      : {}),
    val_tpl: own.template,
  }
}

/** Readings that are told, with the names in order: the config is the same text for the same device. */
function toldReadings({ state }: Seen) {
  return Object.entries(state?.lastValues ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { value }]) => {
      const shown = shownReading(name, value)
      return shown === null ? [] : [{ name, value, shown }]
    })
    .slice(0, componentsMax)
}

/** The retained discovery config of one device, in the device form. */
export function deviceConfig(prefix: string, seen: Seen): Retained {
  const { device, camera } = seen
  const { community, id } = device
  const key = (name: string): string => uniqueId(community, id, name)
  const box = boxAvailability(community)
  const readings = toldReadings(seen).map(({ name, shown }) => [
    `r_${name}`,
    component(shown, {
      id: key(`r_${name}`),
      template: `{{ value_json.readings['${name}'] }}`,
    }),
  ])
  const config = {
    dev: {
      ids: [`linli_${objectId(community, id)}`],
      name: deviceName(seen),
      mf: 'Linli',
      mdl: device.type,
      via_device: `linli_${objectId(community, gatewayDevice)}`,
    },
    o: origin,
    stat_t: stateTopic(community, id),
    qos: 1,
    avty: [box, { topic: stateTopic(community, id), val_tpl: '{{ value_json.availability }}' }],
    avty_mode: 'all',
    cmps: {
      offline: {
        p: 'binary_sensor',
        uniq_id: key('offline'),
        name: '离线 offline',
        dev_cla: 'problem',
        ent_cat: 'diagnostic',
        val_tpl: '{{ value_json.offline }}',
        // It says that the device is away, so it is there while the device is not.
        avty: [box],
      },
      ...(camera === null
        ? {}
        : {
            camera: {
              p: 'sensor',
              uniq_id: key('camera'),
              name: '画面 picture',
              dev_cla: 'enum',
              ops: cameraStates,
              val_tpl: '{{ value_json.camera }}',
              avty: [box],
            },
          }),
      ...Object.fromEntries(readings),
    },
  }
  return { topic: configTopic(prefix, community, id), payload: JSON.stringify(config) }
}

/** ON and OFF as words: Home Assistant would print a JSON `true` as `True`. */
export const onOff = (value: boolean): 'ON' | 'OFF' => (value ? 'ON' : 'OFF')

export function deviceState(seen: Seen): Retained {
  const offline = isOffline(seen)
  const readings = toldReadings(seen).map(({ name, value }) => [
    name,
    typeof value === 'boolean' ? onOff(value) : value,
  ])
  const state = {
    availability: offline ? 'offline' : 'online',
    offline: onOff(offline),
    ...(seen.camera === null ? {} : { camera: seen.camera }),
    readings: Object.fromEntries(readings) as Record<string, unknown>,
  }
  return {
    topic: stateTopic(seen.device.community, seen.device.id),
    payload: JSON.stringify(state),
  }
}
