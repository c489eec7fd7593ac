import { describe, expect, test } from 'vitest'
import { decodeOnvifAccess } from '../../../gateway/access/terminal-onvif.ts'
import { factOfReport } from '../../../gateway/access/terminal-report.ts'
import { aDoor, community, now, stand, visitor } from './door-stand.ts'

describe('terminals that decide by themselves', () => {
  const { book } = stand({ visitors: [visitor()] })
  const fact = (report: object, device = aDoor()) =>
    factOfReport({ id: 'r1', granted: true, ...report }, device, book, now)

  test.each<[string, object, object]>([
    [
      'a resident, by id',
      { person: 'res_1', name: 'as the terminal says' },
      {
        holder: { kind: 'resident', id: 'res_1', name: '吴桂芬' },
        reason: 'ok',
        method: 'terminal',
      },
    ],
    ['a visitor', { person: 'vis_1' }, { holder: { kind: 'visitor', id: 'vis_1' } }],
    ['somebody whom only the terminal knows', { person: '10023', name: '张三' }, { holder: null }],
    [
      'a stranger',
      { granted: false },
      { granted: false, holder: null, reason: 'holder-not-allowed' },
    ],
    ['its own words', { granted: false, reason: 'InvalidPIN' }, { reason: 'InvalidPIN' }],
    ['a method of ours', { method: 'card' }, { method: 'card' }],
    ['a method of its own', { method: 'palm-vein' }, { method: 'terminal' }],
    ['its own time', { ts: now - 60_000 }, { ts: now - 60_000, receivedAt: now }],
    ['a clock of 1970', { ts: 5 }, { ts: now }],
    ['a direction', { direction: 'out' }, { direction: 'out' }],
    ['a plate', { plate: '苏e·d51712' }, { plate: '苏ED51712' }],
  ])('%s', (_name, report, expected) => {
    expect(fact(report)).toMatchObject(expected)
  })

  test('the direction of the door stands in for one that nobody says', () => {
    expect(fact({}, aDoor({ direction: 'in' })).direction).toBe('in')
    expect('direction' in fact({})).toBe(false)
  })

  test('a report counts once, by HTTP or MQTT, and opens nothing by itself', async () => {
    const at = stand({})
    await at.doors.reported(community, 'door-1', { id: 'r1', granted: true, person: 'res_1' })
    await at.event('access.reported', { id: 'r1', granted: true, person: 'res_1' })
    await at.event('access.reported', { granted: false })
    await at.event('access.reported', { granted: 'yes' })
    expect(at.order).toEqual(['ok', 'holder-not-allowed'])
    expect(at.log).toHaveLength(1)
    await expect(
      at.doors.reported(community, 'door-9', { id: 'r2', granted: true }),
    ).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a report that the disk refused is refused, counts nothing, and counts when it comes again', async () => {
    const at = stand({ visitors: [visitor()] })
    const report = { id: 'r1', granted: true, person: 'vis_1' }
    at.disk.full = true
    await expect(at.doors.reported(community, 'door-1', report)).rejects.toThrow('disk full')
    expect(at.passages.entriesOf('vis_1')).toBe(0)
    at.disk.full = false
    await at.doors.reported(community, 'door-1', report)
    expect(at.reasons()).toEqual(['ok'])
    expect(at.passages.entriesOf('vis_1')).toBe(1)
  })

  test('the entry that a terminal granted a visitor is one of theirs', async () => {
    const at = stand({ visitors: [visitor()] })
    await at.doors.reported(community, 'door-1', { id: 'r1', granted: true, person: 'vis_1' })
    expect(at.passages.entriesOf('vis_1')).toBe(1)
  })
})

describe('ONVIF access events', () => {
  const utc = '2026-11-20T02:15:04.321Z'
  const decoded = (topic: string, body: unknown) =>
    decodeOnvifAccess(topic, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  const body = (data: object, source: object = { AccessPointToken: 'ap-1' }) => ({
    UtcTime: utc,
    Source: source,
    Data: data,
  })

  test('a credential that was granted', () => {
    expect(
      decoded(
        'gate/7/onvif-ej/AccessControl/AccessGranted/Credential/&ap-1',
        body({ CredentialToken: 'res_1', CredentialHolderName: '吴桂芬', External: 'false' }),
      ),
    ).toEqual({
      prefix: 'gate/7',
      accessPoint: 'ap-1',
      report: {
        id: expect.stringMatching(/^onvif-[0-9a-f]{32}$/),
        ts: Date.parse(utc),
        granted: true,
        person: 'res_1',
        name: '吴桂芬',
        method: null,
        reason: null,
      },
    })
  })

  test.each([
    ['AccessGranted/Anonymous', {}, { granted: true, person: null }],
    [
      'AccessGranted/Identifier',
      { IdentifierType: 'pt:Card', FormatType: 'WIEGAND26', IdentifierValue: '04A1B2C3' },
      { granted: true, method: 'card' },
    ],
    [
      'Denied/Credential',
      { CredentialToken: 12, Reason: 'CredentialExpired' },
      { granted: false, person: '12', reason: 'CredentialExpired' },
    ],
    ['Denied/Anonymous', {}, { granted: false, reason: 'Other' }],
    [
      'Denied/CredentialNotFound',
      { IdentifierType: 'pt:PIN', IdentifierValue: '313233' },
      { granted: false, method: 'pin' },
    ],
    [
      'Denied/Credential',
      { Reason: 'acme:Iris', IdentifierType: 'pt:Iris' },
      { reason: 'acme:Iris', method: null },
    ],
  ])('%s %o', (kind, data, expected) => {
    const answer = decoded(`t/onvif-ej/AccessControl/${kind}`, body(data))
    expect(answer?.report).toMatchObject(expected)
    // Card numbers and PINs stay in the terminal.
    expect(JSON.stringify(answer)).not.toMatch(/04A1B2C3|313233/)
  })

  test.each([
    ['what became of a grant', 't/onvif-ej/AccessControl/AccessTaken/Credential', body({})],
    ['another event', 't/onvif-ej/RuleEngine/LineDetector/Crossed', body({})],
    ['metadata', 't/onvif-mj/AccessControl/AccessGranted/Anonymous', body({})],
    ['no prefix', '/onvif-ej/AccessControl/AccessGranted/Anonymous', body({})],
    ['a property that is gone', 't/onvif-ej/AccessControl/Denied/Anonymous', ''],
    ['no JSON', 't/onvif-ej/AccessControl/Denied/Anonymous', '<xml/>'],
    ['no object', 't/onvif-ej/AccessControl/Denied/Anonymous', '[1]'],
    ['too much', 't/onvif-ej/AccessControl/Denied/Anonymous', body({ x: 'y'.repeat(70_000) })],
  ])('%s is none', (_name, topic, given) => {
    expect(decoded(topic, given)).toBeNull()
  })

  test('no UTF-8 is none; the same event twice has one id, another has another', () => {
    const topic = 't/onvif-ej/AccessControl/Denied/Anonymous'
    expect(decodeOnvifAccess(topic, Uint8Array.from([0xff, 0xfe]))).toBeNull()
    const ids = [body({}), body({}), { ...body({}), UtcTime: '2026-11-20T02:15:05Z' }].map(
      (given) => decoded(topic, given)?.report.id,
    )
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
    expect(decoded(topic, { Data: {} })).toMatchObject({
      accessPoint: null,
      report: { granted: false },
    })
    expect(decoded(topic, { UtcTime: 'soon' })?.report).not.toHaveProperty('ts')
  })
})
