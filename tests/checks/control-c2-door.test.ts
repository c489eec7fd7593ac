import { describe, expect, test } from 'vitest'
import { type DoorMethod, doorFault, doorMethods, isFaceMethod } from '../../contracts/access.ts'
import { aDoor, card, resident, stand } from '../gateway/access/door-stand.ts'

const cards = [card('c-1'), card('135790', { kind: 'pin' })]
const door = (methods: DoorMethod[], liveness: 'picture' | 'supervised' = 'supervised') =>
  aDoor({ methods, liveness, cameras: ['cam-1'] })

describe('control C2: every door has a way in that is no face', () => {
  test('a door that takes faces only is refused, and run without faces', async () => {
    const at = stand({ devices: [door(['face', 'face+pin'])], cards })
    at.proof()
    await at.present({ code: '135790', method: 'pin' })
    expect(at.order).toEqual(['method-not-allowed'])
    expect(at.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        fields: { door: 'door-1', code: 'door.face-only' },
      }),
    )
    const bits = (n: number): DoorMethod[] => doorMethods.filter((_method, i) => n & (1 << i))
    for (let n = 1; n < 1 << doorMethods.length; n++) {
      const methods = bits(n)
      const fault = doorFault({ methods, liveness: 'supervised' }, null)
      expect(fault === 'door.face-only', methods.join()).toBe(methods.every(isFaceMethod))
    }
  })

  test('liveness that nobody vouches for takes the face its rights, and no other method', async () => {
    const at = stand({ devices: [door(['face', 'card', 'pin'], 'picture')], cards })
    at.proof()
    await at.present({ code: 'c-1' })
    await at.present({ code: '135790', method: 'pin' })
    expect(at.reasons()).toEqual(['face-liveness-missing', 'ok', 'ok'])
    expect(at.log).toContainEqual(
      expect.objectContaining({ fields: { door: 'door-1', code: 'door.liveness-unaccepted' } }),
    )
  })

  test('who has no face enrolled, or had it deleted, passes by the same doors as before', async () => {
    const roster = {
      devices: [door(['face', 'card', 'pin'])],
      cards,
      residents: [resident('res_1')],
    }
    const face = { id: 'fac_1', community: 'demo', resident: 'res_1', consent: 'cns_1' }
    const reasons: string[][] = []
    for (const faces of [[face], []]) {
      const at = stand({ ...roster, faces })
      await at.present({ code: 'c-1' })
      await at.present({ code: '135790', method: 'pin' })
      reasons.push(at.reasons())
    }
    expect(reasons).toEqual([
      ['ok', 'ok'],
      ['ok', 'ok'],
    ])
  })

  test('a face that was refused a moment ago takes nothing from the card', async () => {
    const at = stand({ devices: [door(['face', 'card'])], cards })
    for (const reason of ['face-unknown', 'face-not-live', 'face-quality'] as const)
      at.doors.refused({
        community: 'demo',
        camera: 'cam-1',
        ts: at.time.now,
        reason,
        detail: '',
        resident: null,
      })
    await at.present({ code: 'c-1' })
    expect(at.reasons().at(-1)).toBe('ok')
  })
})
