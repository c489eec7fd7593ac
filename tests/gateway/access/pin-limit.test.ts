import { describe, expect, test } from 'vitest'
import { aDoor, card, stand } from './door-stand.ts'

const cards = [card('c-1'), card('135790', { kind: 'pin' })]

describe('PINs cannot be tried out', () => {
  test('after ten wrong ones a door takes none for a minute; cards go on', async () => {
    const at = stand({ cards, devices: [aDoor(), aDoor(null, { id: 'door-2' })] })
    for (let n = 0; n < 10; n++) await at.present({ code: `00000${n}`, method: 'pin' })
    expect(new Set(at.reasons())).toEqual(new Set(['pin-wrong']))
    await at.present({ code: '135790', method: 'pin' })
    await at.present({ code: '135790' })
    await at.present({ code: 'c-1' })
    await at.present({ code: '135790', method: 'pin' }, { door: 'door-2' })
    expect(at.reasons()).toEqual(['pin-wrong', 'pin-wrong', 'ok', 'ok'])
    at.advance(60_001)
    await at.present({ code: '135790', method: 'pin' })
    expect(at.reasons()).toEqual(['ok'])
    expect(at.doors.stats).toMatchObject({ pinRests: 1, pinsRefused: 2 })
    expect(at.log.filter(({ message }) => message.includes('PIN'))).toHaveLength(1)
  })

  test.each(['qr', 'card'])('digits shown as a %s are a try too', async (method) => {
    const at = stand({ cards })
    for (let n = 0; n < 10; n++) await at.present({ code: `00000${n}`, method })
    await at.present({ code: '135790', method })
    expect(at.reasons().slice(-2)).toEqual(['card-unknown', 'pin-wrong'])
  })

  test('readers that do not say what they read are counted too, slow typists are not', async () => {
    const at = stand({ cards })
    for (let n = 0; n < 9; n++) await at.present({ code: `x${n}` })
    at.advance(301_000)
    for (let n = 0; n < 9; n++) await at.present({ code: `y${n}` })
    await at.present({ code: '135790', method: 'pin' })
    await at.present({ code: 'z' })
    await at.present({ code: '135790', method: 'pin' })
    expect(at.reasons().slice(-3)).toEqual(['ok', 'card-unknown', 'pin-wrong'])
  })
})
