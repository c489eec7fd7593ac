import { expect, it } from 'vitest'
import type { BroadcastItem, BroadcastSpeaker } from '../../contracts/http/broadcast.ts'
import {
  areasOf,
  byPlace,
  isSounding,
  speakerState,
  within,
} from '../../web/src/pages/broadcast/broadcast-model.ts'
import { bodyOf, emptyDraft, faultsOf } from '../../web/src/pages/broadcast/compose-model.ts'
import { fromField } from '../../web/src/text/zone.ts'

const speaker = (id: string, areas: string[], more: Partial<BroadcastSpeaker> = {}) => ({
  id,
  name: id,
  areas,
  online: true,
  lastSeenAt: 1,
  playing: null,
  plays: true,
  says: false,
  ...more,
})
const speakers = [
  speaker('a', ['11号楼', 'grid-1']),
  speaker('b', ['3号楼', 'grid-1']),
  speaker('c', ['3号楼', 'grid-2']),
]

it('offers houses in the order of their numbers, and grids only where there are several', () => {
  expect(areasOf(speakers)).toEqual([
    { id: '3号楼', speakers: 2 },
    { id: '11号楼', speakers: 1 },
    { id: 'grid-1', speakers: 2 },
    { id: 'grid-2', speakers: 1 },
  ])
  expect(areasOf(speakers.slice(0, 2)).map(({ id }) => id)).toEqual(['3号楼', '11号楼'])
  expect(byPlace(speakers).map(([place, { length }]) => [place, length])).toEqual([
    ['3号楼', 2],
    ['11号楼', 1],
  ])
  const ids = (areas: string[]) => within(speakers, areas).map(({ id }) => id)
  expect([ids([]), ids(['grid-2']), ids(['11号楼', 'grid-2'])]).toEqual([
    ['a', 'b', 'c'],
    ['c'],
    ['a', 'c'],
  ])
})

it('can be stopped for as long as somebody may hear it', () => {
  const answers = { waiting: 0, heard: 1, failed: 0, stopped: 0 }
  const item = (more: Partial<BroadcastItem>) =>
    ({ state: 'done', areas: [], devices: [], lastRunAt: 0, answers, ...more }) as BroadcastItem
  const one = (playing: boolean | null, online = true) => [
    speaker('a', ['3号楼'], { playing, online }),
  ]
  expect(isSounding(item({ state: 'speaking' }), one(false), 10 ** 9)).toBe(true)
  // Its word that it plays has not come yet.
  expect(isSounding(item({}), one(false), 2_000)).toBe(true)
  expect(isSounding(item({}), one(true), 60_000)).toBe(true)
  expect(isSounding(item({}), one(null), 60_000)).toBe(true)
  expect(isSounding(item({}), one(false), 60_000)).toBe(false)
  expect(isSounding(item({}), one(null, false), 60_000)).toBe(false)
  expect(isSounding(item({}), one(null), 600_000)).toBe(false)
  expect(isSounding(item({ areas: ['9号楼'] }), one(true), 60_000)).toBe(false)
  expect(isSounding(item({ state: 'cancelled' }), one(true), 60_000)).toBe(false)
})

it('never shows a loudspeaker that is away as one that sounds', () => {
  expect(speakerState({ online: false, playing: true, lastSeenAt: 1 }).word).toBe(
    'cast.speaker-offline',
  )
  expect(speakerState({ online: true, playing: true, lastSeenAt: 1 }).word).toBe(
    'cast.speaker-playing',
  )
  expect(speakerState({ online: null, playing: null, lastSeenAt: null }).word).toBe(
    'cast.speaker-unheard',
  )
})

it('asks for what is missing and sends what was meant', () => {
  const now = fromField('2026-11-20T12:00') ?? 0
  expect(faultsOf(emptyDraft, now)).toEqual({ what: 'field.need', when: null })
  const text = { ...emptyDraft, text: ' 停水 ' }
  expect(faultsOf({ ...text, when: 'at', at: '2026-11-20T11:00' }, now).when).toBe('cast.past')
  expect(faultsOf({ ...text, when: 'weekly', days: [] }, now).when).toBe('cast.pick-day')
  expect(faultsOf({ ...text, what: 'clip' }, now).what).toBe('cast.need-clip')
  const meant = { priority: 'notice', language: 'zh', times: 1 }
  expect(bodyOf(text)).toEqual({ ...meant, text: '停水' })
  expect(bodyOf({ ...text, when: 'at', at: '2026-11-20T13:00', areas: ['3号楼'] })).toEqual({
    ...meant,
    text: '停水',
    areas: ['3号楼'],
    at: now + 3_600_000,
  })
  expect(bodyOf({ ...text, what: 'clip', clip: 'clp_1', when: 'weekly', days: [5, 1] })).toEqual({
    ...meant,
    clip: 'clp_1',
    weekly: { days: [1, 5], time: '08:30' },
  })
})
