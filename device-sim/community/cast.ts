import { dayMs } from '../../contracts/clock.ts'

/**
 * Who lives in 桐花里: twelve homes in six buildings of one block. Names are invented. Elders who live
 * alone are watched over a window of 24 h.
 */
export interface HomeSpec {
  readonly id: string
  /** Short form of the address, as device ids use it. */
  readonly code: string
  readonly building: number
  readonly address: string
  readonly kind: 'elder-alone' | 'elders' | 'family' | 'single'
  readonly residents: readonly ResidentSpec[]
}

export interface ResidentSpec {
  readonly id: string
  readonly name: string
  readonly honorific: string
  readonly watched: boolean
}

export const watchWindowMs = dayMs

const elder = (id: string, name: string, honorific: string, watched: boolean): ResidentSpec => ({
  id,
  name,
  honorific,
  watched,
})
const adult = (id: string, name: string): ResidentSpec => ({
  id,
  name,
  honorific: name,
  watched: false,
})

const home = (
  code: string,
  kind: HomeSpec['kind'],
  residents: readonly ResidentSpec[],
): HomeSpec => {
  const [building = '', unit = '', room = ''] = code.split('-')
  return {
    id: `hh-${code}`,
    code,
    building: Number(building),
    address: `${building} 号楼 ${unit} 单元 ${room}`,
    kind,
    residents,
  }
}

export const homes: readonly HomeSpec[] = [
  home('6-2-301', 'elder-alone', [elder('res-wu-guifen', '吴桂芬', '吴奶奶', true)]),
  home('11-1-402', 'elder-alone', [elder('res-he-shian', '何世安', '何爷爷', true)]),
  home('9-3-501', 'elder-alone', [elder('res-zheng-kaiyuan', '郑开元', '郑爷爷', true)]),
  home('1-2-401', 'elder-alone', [elder('res-tang-shuyun', '唐淑云', '唐奶奶', true)]),
  home('8-1-203', 'elder-alone', [elder('res-zhong-meihua', '钟美华', '钟奶奶', true)]),
  home('2-1-102', 'elder-alone', [elder('res-xu-bonian', '徐伯年', '徐爷爷', true)]),
  home('6-1-501', 'elders', [
    elder('res-sun-zhaoliang', '孙兆良', '孙爷爷', false),
    elder('res-li-qiaoyun', '李巧云', '李奶奶', false),
  ]),
  home('2-2-202', 'family', [
    adult('res-chen-zhiyuan', '陈志远'),
    adult('res-lin-yue', '林悦'),
    adult('res-chen-xiaomi', '陈小米'),
  ]),
  home('8-2-304', 'family', [
    adult('res-wang-jianguo', '王建国'),
    adult('res-zhao-min', '赵敏'),
    adult('res-wang-zihan', '王子涵'),
  ]),
  home('9-1-103', 'family', [adult('res-huang-wei', '黄伟'), adult('res-guo-jing', '郭静')]),
  home('11-2-602', 'single', [adult('res-luo-tianyi', '罗天翊')]),
  home('1-1-201', 'single', [adult('res-deng-rui', '邓蕊')]),
]

/** Who plays which part in the scenario; the truth table names the same people. */
export const parts = {
  unseen: 'res-wu-guifen',
  cannotTell: 'res-he-shian',
  away: 'res-zheng-kaiyuan',
  pressesSos: 'res-tang-shuyun',
  visitedByCarer: 'res-zhong-meihua',
} as const

export const homeOf = (resident: string): HomeSpec => {
  const found = homes.find((home) => home.residents.some((person) => person.id === resident))
  if (found === undefined) throw new Error(`invariant broken: ${resident} lives nowhere`)
  return found
}

/** WGS-84. The block is a rectangle of about 240 by 180 m. */
const block = { lat: 30.29412, lon: 120.16087 } as const
const buildingAt: Readonly<Record<number, readonly [eastM: number, northM: number]>> = {
  1: [-90, 60],
  2: [0, 60],
  6: [90, 60],
  8: [-90, -60],
  9: [0, -60],
  11: [90, -60],
}

/** A point given in metres from the middle of the block. */
export const pointAt = (eastM: number, northM: number): { lat: number; lon: number } => ({
  lat: Number((block.lat + northM / 110_850).toFixed(6)),
  lon: Number((block.lon + eastM / 96_240).toFixed(6)),
})

export const pointOfBuilding = (building: number): { lat: number; lon: number } => {
  const [east, north] = buildingAt[building] ?? [0, 0]
  return pointAt(east, north)
}

/** The carer's card and those of four residents; the codes are made up per home and remembered. */
export interface CardSpec {
  readonly key: string
  readonly doors: readonly string[]
  readonly holder: { readonly kind: 'resident' | 'carer' | 'staff'; id: string; name: string }
}

const unitDoor = ['terminal-8-1'] as const
export const cards: readonly CardSpec[] = [
  { key: 'carer', doors: unitDoor, holder: { kind: 'carer', id: 'carer-jiang', name: '蒋护理员' } },
  {
    key: 'zhong',
    doors: unitDoor,
    holder: { kind: 'resident', id: 'res-zhong-meihua', name: '钟美华' },
  },
  { key: 'deng', doors: unitDoor, holder: { kind: 'resident', id: 'res-deng-rui', name: '邓蕊' } },
  {
    key: 'wang',
    doors: unitDoor,
    holder: { kind: 'resident', id: 'res-wang-jianguo', name: '王建国' },
  },
  {
    key: 'chen',
    doors: ['terminal-2-2'],
    holder: { kind: 'resident', id: 'res-chen-zhiyuan', name: '陈志远' },
  },
]

export interface StaffSpec {
  readonly username: string
  readonly name: string
  readonly role: 'staff' | 'grid' | 'supervisor'
}

export const staff: readonly StaffSpec[] = [
  { username: 'lin', name: '林晓舟', role: 'staff' },
  { username: 'chenhe', name: '陈禾', role: 'grid' },
  { username: 'duban', name: '周督办', role: 'supervisor' },
]
