import { describe, expect, test } from 'vitest'
import { hourMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  access,
  aDevice,
  brief,
  counting,
  community,
  engineOf,
  play,
  quiet,
  rosterOf,
  t0,
  wu,
} from './stand.ts'

const square = aDevice('cam-square', { household: null, place: { name: '中心广场' } })
const face = (ts: number, resident = 'wu', more: object = {}): Input => ({
  kind: 'identity',
  community,
  camera: 'cam-square',
  ts,
  receivedAt: ts,
  resident,
  similarity: 0.62,
  ...more,
})
const resident = wu()
const at = (hours: number): number => t0 + hours * hourMs

describe('a recognised face as a sign of life', () => {
  test('counts with place and confidence, and holds no picture', () => {
    const engine = engineOf(rosterOf([resident], [aDevice('door'), square]))
    play(engine, [face(at(1), resident.id)])
    const [item] = engine.items(community, at(2))
    expect(item?.lastEvidence).toEqual({
      ts: at(1),
      source: 'cam-square',
      what: 'face',
      where: '中心广场',
      shows: 'person',
      confidence: 0.95,
    })
  })

  test('ends an alarm with the proof: who was seen, where, how surely', () => {
    const engine = engineOf(rosterOf([resident], [aDevice('door'), square]))
    const silent = quiet(counting('door'), t0, at(26), { doorOpen: false })
    const effects = play(engine, [...silent, face(at(26), resident.id)])
    expect(brief(effects)).toContain('-unseen@26!')
    const cleared = effects.at(-1)
    expect(cleared).toMatchObject({ kind: 'clear', resolves: true })
    expect(cleared?.evidence).toEqual([
      {
        kind: 'event',
        device: 'cam-square',
        ts: at(26),
        type: 'sighting.identity',
        text: {
          zh: '人脸认出本人（相似度 62 %）',
          en: 'Recognised by face (similarity 62 %)',
        },
      },
    ])
  })

  test.each([
    ['somebody else', face(at(1), 'nobody')],
    ['a namesake in another community', face(at(1), resident.id, { community: 'other' })],
  ])('%s is no sign', (_, input) => {
    const engine = engineOf(rosterOf([resident], [aDevice('door'), square]))
    play(engine, [input])
    expect(engine.items(community, at(2))[0]?.lastEvidence).toBeNull()
  })

  test('a card that another community has written for them vouches for nobody', () => {
    const engine = engineOf(rosterOf([resident], [aDevice('door'), square]))
    play(engine, [{ ...access('resident', resident.id, 'gate', at(1)), community: 'other' }])
    expect(engine.items(community, at(2))[0]?.lastEvidence).toBeNull()
  })

  test('a car that a family shares shows nobody; a face at a door does', () => {
    const son = wu({ id: 'son', honorific: '小吴', watch: null })
    const engine = engineOf(rosterOf([resident, son], [aDevice('door'), square]))
    const passed = access('resident', resident.id, 'gate', at(1))
    play(engine, [{ ...passed, method: 'plate', plate: '皖AYL375' }])
    expect(engine.items(community, at(2))[0]?.lastEvidence).toBeNull()
    play(engine, [{ ...passed, method: 'face' }])
    expect(engine.items(community, at(2))[0]?.lastEvidence?.what).toBe('face')
  })
})
