import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signVisitorCode } from '../../../contracts/visitor-code.ts'
import { codeHash } from '../../../contracts/code-hash.ts'
import { readPresented, withoutCode } from '../../../gateway/access/presented-code.ts'
import { aDoor, card, community, passKey, stand, visitor } from './door-stand.ts'

const qr = signVisitorCode(passKey, community, 'vis_1')
const hourMs = 3_600_000

describe("a visitor's code", () => {
  test('opens as QR and as PIN, under the name of the visit', async () => {
    const at = stand({ visitors: [visitor()] })
    await at.present({ code: qr, method: 'qr' })
    await at.present({ code: '482913', method: 'pin' })
    await at.present({ code: ` ${qr}\n` })
    expect(at.facts).toMatchObject([
      { granted: true, method: 'qr', holder: { kind: 'visitor', id: 'vis_1', name: '李四' } },
      { granted: true, method: 'pin', holder: { id: 'vis_1' } },
      { granted: true, method: 'qr' },
    ])
  })

  test.each<[string, Parameters<typeof visitor>[0], string, string]>([
    [
      'signed by another box',
      {},
      signVisitorCode('another', community, 'vis_1'),
      'visitor-signature',
    ],
    ['of another community', {}, signVisitorCode(passKey, 'other', 'vis_1'), 'visitor-signature'],
    ['made up', {}, 'LV1.vis_1.AAAAAAAAAAAAAAAAAAAAAA', 'visitor-signature'],
    [
      'of a visit that was revoked',
      {},
      signVisitorCode(passKey, community, 'vis_9'),
      'visitor-unknown',
    ],
    ['whose visit belongs elsewhere', { community: 'other' }, qr, 'visitor-unknown'],
    ['too early', { from: Number.MAX_SAFE_INTEGER - 1 }, qr, 'visitor-not-yet-valid'],
    ['too late', { to: 1 }, qr, 'visitor-expired'],
    ['for another door', { doors: ['door-2'] }, qr, 'holder-not-allowed'],
    ['a PIN shown as a card', {}, '482913', 'card-unknown'],
  ])('%s opens nothing', async (_name, visit, code, reason) => {
    const at = stand({ visitors: [visitor(visit)] })
    await at.present({ code, ...(code === '482913' ? { method: 'card' } : {}) })
    expect(at.order).toEqual([reason])
  })

  test('is valid from its first to before its last millisecond', async () => {
    const at = stand({ visitors: [visitor()] })
    const reasons: string[] = []
    for (const ms of [-hourMs - 1, 1, 2 * hourMs - 1, 1]) {
      at.advance(ms)
      await at.present({ code: qr })
      reasons.push(...at.reasons())
    }
    expect(reasons).toEqual(['visitor-not-yet-valid', 'ok', 'ok', 'visitor-expired'])
  })

  test('counts entries over all doors and both codes; a code held up twice is one entry', async () => {
    const at = stand({
      devices: [aDoor(), aDoor(null, { id: 'door-2' })],
      visitors: [visitor({ entriesMax: 2 })],
    })
    await at.present({ code: qr })
    at.advance(3_000)
    await at.present({ code: qr })
    expect(at.passages.entriesOf('vis_1')).toBe(1)
    await at.present({ code: '482913', method: 'pin' }, { door: 'door-2' })
    at.advance(20_000)
    await at.present({ code: qr })
    await at.present({ code: '482913', method: 'pin' })
    expect(at.reasons()).toEqual(['ok', 'ok', 'ok', 'visitor-used-up', 'visitor-used-up'])
  })

  test('that is used up still lets its visitor out, and leaving is no entry', async () => {
    const at = stand({
      devices: [aDoor({ direction: 'in' }), aDoor({ direction: 'out' }, { id: 'exit' })],
      visitors: [visitor({ entriesMax: 1 })],
    })
    await at.present({ code: qr })
    at.advance(60_000)
    await at.present({ code: qr }, { door: 'exit' })
    await at.present({ code: qr })
    expect(at.reasons()).toEqual(['ok', 'ok', 'visitor-used-up'])
    expect(at.passages.entriesOf('vis_1')).toBe(1)
  })

  test('opens only doors that take it', async () => {
    const at = stand({ devices: [aDoor({ methods: ['card'] })], visitors: [visitor()] })
    await at.present({ code: qr })
    await at.present({ code: '482913', method: 'pin' })
    expect(at.order).toEqual(['method-not-allowed', 'method-not-allowed'])
  })

  test('entries that were restored count', async () => {
    const at = stand({ visitors: [visitor({ entriesMax: 2 })] })
    at.passages.restore({
      passages: [],
      entries: [{ visitor: 'vis_1', count: 2, door: 'x', at: 0 }],
    })
    await at.present({ code: qr })
    expect(at.reasons()).toEqual(['visitor-used-up'])
  })
})

describe('what the log holds of a code', () => {
  const kept = (
    data: object,
    key: string = passKey,
  ): { text: string; data: Record<string, unknown> } => {
    const event = { id: 'e1', ts: 1, type: 'credential.presented', data }
    const text = Buffer.from(
      withoutCode(community, Buffer.from(JSON.stringify(event)), key),
    ).toString()
    return { text, data: (JSON.parse(text) as { data: Record<string, unknown> }).data }
  }

  test('a QR code leaves its visitor and whether it is genuine, not its signature', () => {
    const { text, data } = kept({ code: qr, method: 'qr', reader: 2 })
    expect(text).not.toContain(qr.split('.')[2])
    expect(data).toEqual({ method: 'qr', visitor: 'vis_1', genuine: true })
  })

  test('a PIN leaves its hash', () => {
    const { text, data } = kept({ code: '482913', method: 'pin' })
    expect(text).not.toContain('482913')
    expect(data).toEqual({ method: 'pin', codeHash: codeHash(passKey, community, '482913') })
  })

  test.each([
    [{ card: '04A1B2C3' }, 'card', '04A1B2C3'],
    [{ method: 'card', cardNumber: '04A1B2C3' }, 'card', '04A1B2C3'],
    [{ pin: '482913' }, 'pin', '482913'],
    [{ method: 'pin', code: 482913 }, 'pin', '482913'],
    [{ value: '482913', raw: '482913' }, undefined, '482913'],
  ])('wherever a reader puts it: %j', (given, method, code) => {
    const { text, data } = kept(given)
    expect(text).not.toContain(code)
    expect(data).toEqual({
      ...(method && { method }),
      codeHash: codeHash(passKey, community, code),
    })
  })

  test('a QR code under a name of its own is one too, and nothing unknown is kept', () => {
    expect(kept({ qr }).data).toEqual({ method: 'qr', visitor: 'vis_1', genuine: true })
    expect(kept({ secret: '482913' }).data).toEqual({})
    expect(kept({ method: '482913' }).data).toEqual({})
  })

  // Whoever reads the roster or the log must not open doors with what stands there.
  test('a device cannot say what only we may say', () => {
    const { data } = kept({
      visitor: 'vis_1',
      genuine: true,
      codeHash: codeHash(passKey, community, 'c-1'),
    })
    expect(data).toEqual({})
    expect(readPresented(data)).toBeNull()
    expect(kept({ code: 'LV1.vis_1.x', genuine: true }).data).toMatchObject({ genuine: false })
  })

  test('a code that another box has signed, or that is signed with nothing, is not genuine', () => {
    const forged = signVisitorCode('', community, 'vis_1')
    expect(kept({ code: forged }).data).toEqual({ visitor: 'vis_1', genuine: false })
    expect(kept({ code: qr }, 'another-box').data).toEqual({ visitor: 'vis_1', genuine: false })
  })

  // Six digits are a second's work for whoever holds a plain hash of them.
  test('the hash of a PIN says nothing without the key of the box', () => {
    const plain = createHash('sha256').update(`${community}:482913`).digest('hex')
    expect(codeHash(passKey, community, '482913')).not.toBe(plain)
    expect(kept({ pin: '482913' }, 'another-box').data['codeHash']).not.toBe(
      codeHash(passKey, community, '482913'),
    )
  })

  test('a PIN of a visitor and a card with the same digits are told apart by the roster', async () => {
    const at = stand({ cards: [card('482913')], visitors: [visitor()] })
    await at.present({ code: '482913' })
    expect(at.facts).toMatchObject([{ method: 'card', holder: { kind: 'resident' } }])
  })
})
