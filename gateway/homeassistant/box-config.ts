import { defaultSeverity } from '../../contracts/anomaly.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import {
  boxAvailability,
  configTopic,
  objectId,
  onOff,
  origin,
  type Retained,
  stateTopic,
  uniqueId,
} from './device-config.ts'

export interface OpenCount {
  readonly type: string
  readonly count: number
}

/** The box itself: how many anomalies are open, whether a critical one is, whether it is online. */
export function boxConfig(prefix: string, community: string): Retained {
  const key = (name: string): string => uniqueId(community, gatewayDevice, name)
  const box = boxAvailability(community)
  const config = {
    dev: {
      ids: [`linli_${objectId(community, gatewayDevice)}`],
      name: `邻里 Linli ${community}`,
      mf: 'Linli',
      mdl: 'gateway',
    },
    o: origin,
    stat_t: stateTopic(community, gatewayDevice),
    qos: 1,
    avty: [box],
    cmps: {
      anomalies: {
        p: 'sensor',
        uniq_id: key('anomalies'),
        name: '未解除异常 open anomalies',
        stat_cla: 'measurement',
        val_tpl: '{{ value_json.anomalies }}',
      },
      alarm: {
        p: 'binary_sensor',
        uniq_id: key('alarm'),
        name: '紧急异常 critical anomaly',
        dev_cla: 'safety',
        val_tpl: '{{ value_json.alarm }}',
      },
      online: {
        p: 'binary_sensor',
        uniq_id: key('online'),
        dev_cla: 'connectivity',
        ent_cat: 'diagnostic',
        stat_t: box.topic,
        pl_on: 'online',
        pl_off: 'offline',
        // Its own topic is what it shows: it is never unavailable, but off.
        avty: [{ ...box, val_tpl: "{{ 'online' }}" }],
      },
    },
  }
  return { topic: configTopic(prefix, community, gatewayDevice), payload: JSON.stringify(config) }
}

const severities: Readonly<Record<string, string>> = defaultSeverity

/** Critical by the severity that ships with the type. */
export function boxState(community: string, open: readonly OpenCount[]): Retained {
  const state = {
    anomalies: open.reduce((sum, { count }) => sum + count, 0),
    alarm: onOff(open.some(({ type, count }) => count > 0 && severities[type] === 'critical')),
  }
  return { topic: stateTopic(community, gatewayDevice), payload: JSON.stringify(state) }
}
