import type { AnomalyType } from '../contracts/anomaly.ts'
import type { LocalText } from '../contracts/text.ts'

export interface AnomalyDefault {
  /** Code of config/categories.csv. */
  readonly category: string
  /** Used where the report brings no title of its own. */
  readonly title: LocalText
  /** Hours in which somebody must have been there, where the category's own limit would be too long. */
  readonly hours?: number
}

const of = (category: string, zh: string, en: string): AnomalyDefault => ({
  category,
  title: { zh, en },
})

/** Which category a machine's ticket is filed under, and what it is called. */
export const anomalyDefaults: Record<AnomalyType, AnomalyDefault> = {
  'resident.unseen': of('C0603', '老人超时没见到', 'Resident not seen'),
  'resident.cannot-tell': {
    ...of('C0603', '说不准：没人看守的时间太长', 'Cannot tell: watched too little'),
    hours: 4,
  },
  'resident.should-be-back': of('C0603', '该回来了，还没见到', 'Should be back, not seen yet'),
  'care.visit-overdue': of('C0603', '走访到期未做', 'Visit overdue'),
  'sos.pressed': of('C0605', '有人按了求助', 'Help button pressed'),
  'smoke.alarm': of('C0106', '烟感报警', 'Smoke alarm'),
  'gas.alarm': of('C0107', '可燃气体报警', 'Gas alarm'),
  'water.leak': of('C0204', '水浸报警', 'Water leak'),
  'water.level-high': of('C0412', '水位过高', 'Water level high'),
  'water.quality': of('C0315', '水质不合格', 'Water quality'),
  'water.use-low': of('C0603', '用水比平时少得多', 'Water use much lower than usual'),
  'water.use-continuous': of('C0308', '水一直在流', 'Water runs without a break'),
  'home.too-hot': of('C0603', '家里太热', 'Home too hot'),
  'home.too-cold': of('C0603', '家里太冷', 'Home too cold'),
  'noise.high': of('C0505', '噪声过大', 'Noise'),
  'air.quality': of('C0407', '空气质量差', 'Air quality'),
  'manhole.moved': of('C0203', '井盖移位', 'Manhole cover moved'),
  'light.out': of('C0305', '路灯不亮', 'Light out'),
  'lift.fault': of('C0206', '电梯故障', 'Lift out of order'),
  'lift.trapped': of('C0205', '电梯困人', 'Person trapped in lift'),
  'device.offline': of('C0314', '设备离线', 'Device offline'),
  'device.battery-low': of('C0314', '设备电量低', 'Battery low'),
  'device.clock': of('C0314', '设备时钟不准', 'Device clock wrong'),
  'camera.offline': of('C0303', '摄像机没有画面', 'Camera offline'),
  'camera.frozen': of('C0303', '摄像机画面不动', 'Camera picture frozen'),
  'camera.covered': of('C0303', '摄像机被遮挡', 'Camera covered'),
  'camera.defocused': of('C0303', '摄像机失焦', 'Camera out of focus'),
  'camera.moved': of('C0303', '摄像机被移动', 'Camera moved'),
  'vehicle.fire-lane': of('C0101', '消防通道被占', 'Fire lane blocked'),
  'vehicle.illegal-parking': of('C0501', '机动车违停', 'Vehicle parked badly'),
  'stall.on-road': of('C0508', '占道经营', 'Stall on the road'),
  'ebike.in-lift': of('C0102', '电动车进电梯', 'E-bike in the lift'),
  'person.intrusion': of('C0207', '有人进入禁入区', 'Person where nobody should be'),
  'person.loitering': of('C0207', '有人长时间逗留', 'Person loitering'),
  'crowd.gathered': of('C0208', '人员聚集', 'Crowd'),
  'access.spoof': of('C0301', '疑似用照片开门', 'Suspected spoof at a door'),
  'access.tailgating': of('C0207', '尾随进门', 'Tailgating'),
  'door.forced': of('C0301', '门被强行打开', 'Door forced'),
  'door.held-open': of('C0301', '门长时间未关', 'Door held open'),
  'watchlist.candidate': of('C0207', '有待核实的比对结果', 'Candidate to be confirmed by a person'),
  'flame.visible': of('C0108', '疑似明火', 'Suspected fire'),
}
