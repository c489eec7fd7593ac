import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../api/db/open.ts'
import { createPictureStore } from '../../api/evidence/picture-store.ts'
import { Sqlite } from '../../config/sqlite.ts'
import type { RosterWatched } from '../../contracts/roster.ts'
import { candidateAlarm } from '../../gateway/access/watchlist-candidate.ts'
import { doorCamera, face, lookOf, person } from '../gateway/access/face-stand.ts'
import { loggedAccess } from '../api/support/access-log.ts'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'
import { type Box, startBox } from '../api/support/box.ts'
import { faceBox, jpeg } from '../api/support/face-box.ts'

const hour = 3_600_000
const access = {
  pictureLivenessAcceptedBy: null,
  relayAddresses: [],
  filingNumber: null,
  watchlistEnabled: true,
}
const reason = { reason: '与协查照片比对，身形、年龄相符' }

describe('control C9: a candidate waits for a human and moves nothing by itself', () => {
  let box: Box
  let test: TestApi
  let admin: Caller
  let second: Caller
  let entry = ''
  let n = 0
  beforeAll(async () => {
    box = await startBox()
    faceBox(box)
    test = await startTestApi({ gatewayUrl: box.url, access })
    admin = await test.admin()
    second = await test.person('admin')
  })
  afterAll(async () => {
    await test.close()
    await box.close()
  })
  /** A fresh entry in force for an hour. */
  beforeEach(async () => {
    const asked = await admin.post('/watchlist', {
      label: '走失老人',
      authority: '姑苏区公安分局',
      legalBasis: '人民警察法 第十二条',
      documentNumber: '苏公协查〔2026〕118 号',
      expiresAt: test.time.now + hour,
      images: [jpeg(4_000).toString('base64')],
    })
    entry = asked.json().id
    expect((await second.post(`/watchlist/${entry}/approve`)).statusCode).toBe(200)
  })

  /** What the box really makes of a hit. */
  const candidate = (more: object = {}) => {
    const watched = { id: entry, label: '走失老人', authority: 'x', documentNumber: 'y' }
    const alarm = candidateAlarm(
      lookOf(doorCamera, 0, face(person(1))),
      watched as RosterWatched,
      { template: 't', frames: 3, similarity: 0.71 },
      test.time.now,
    )
    const { type, key, device, title, description, evidence, rule } = alarm
    n += 1
    const report = { id: `ano_${n}`, type, key, device, title, description, evidence, rule }
    return { ...report, community: 'demo', ...more }
  }
  const told = async (more: object = {}) => {
    const report = candidate(more)
    const answer = await test.box.post('/anomalies', report)
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { anomaly: report.id, ticket: null, opened: false },
    ])
    return report
  }
  const listed = async (who = admin) =>
    (await who.get('/anomalies?type=watchlist.candidate&limit=1000')).json().items
  const itemOf = async (id: string) =>
    (await listed()).find((item: { id: string }) => item.id === id)
  const tickets = async () => (await admin.get('/tickets?limit=1000')).json().items
  const streamed = (id: string) => {
    const db = new Sqlite(join(test.home, 'api.db'), { readonly: true })
    const rows = db.prepare('select name, data from stream_events').all() as {
      name: string
      data: string
    }[]
    db.close()
    return rows.map(({ name, data }) => ({ name, ...JSON.parse(data) })).filter((e) => e.id === id)
  }

  /** What a sweep at that time deletes. */
  const swept = async (at: number) => {
    const db = await openDatabase(join(test.home, 'api.db'))
    const hashes = async () =>
      (await db.selectFrom('pictures').select('sha256').execute()).map(({ sha256 }) => sha256)
    const before = await hashes()
    const options = { dir: join(test.home, 'swept'), quotaBytes: 2 ** 30 }
    await createPictureStore({ db, clock: () => at }, options).sweep()
    const after = new Set(await hashes())
    await db.destroy()
    return before.filter((sha256) => !after.has(sha256))
  }

  it('opens no ticket, however often it comes; it is listed and told as a candidate', async () => {
    const asked = [...box.asked]
    const first = await told()
    expect((await test.box.post('/anomalies', first)).json().ticket).toBeNull()
    for (let i = 0; i < 5; i += 1) await told()
    expect(await tickets()).toEqual([])
    expect(box.asked, 'nothing was asked of the box').toEqual(asked)
    const mine = (await listed()).filter(({ key }: { key: string }) => key === first.key)
    expect(mine).toMatchObject([
      {
        id: first.id,
        state: 'candidate',
        ticket: null,
        opened: false,
        candidate: { entry, sightings: 6, decidedBy: null },
      },
    ])
    expect(mine[0].candidate.evidence).toHaveLength(6)
    expect(mine[0].candidate.description.en).toContain('not an identification')
    expect(streamed(first.id)).toEqual([
      expect.objectContaining({ name: 'anomaly', state: 'candidate', ticket: null, opened: false }),
    ])
  })

  it('a clear of the box changes nothing of it', async () => {
    const { id, key } = await told()
    const clear = { id: `${id}.clear`, key, community: 'demo', clearedAt: 1, resolves: true }
    const body = { ...clear, reason: { zh: '没再出现', en: 'gone' } }
    expect((await test.box.post('/anomalies/clear', body)).json().ticket).toBeNull()
    expect(await itemOf(id)).toMatchObject({ state: 'candidate', ticket: null })
  })

  it('a person confirms it: a ticket of that person, with the reason in the access log', async () => {
    const staff = await test.person('staff')
    const { id } = await told()
    const answer = await staff.post(`/watchlist/candidates/${id}/confirm`, reason)
    expect(answer.json()).toMatchObject({ state: 'confirmed', candidate: reason })
    const ticket = (await admin.get(`/tickets/${answer.json().ticket}`)).json()
    expect(ticket).toMatchObject({
      source: { kind: 'staff', reporter: staff.id, channel: 'watchlist', device: 'cam-door' },
      anomaly: { id, type: 'watchlist.candidate' },
      counts: { comments: 1, evidence: 1 },
    })
    expect(ticket.timeline).toMatchObject([
      { kind: 'opened', actor: { kind: 'user', id: staff.id } },
      { kind: 'comment', note: reason.reason },
    ])
    expect(loggedAccess(test.home, 'watchlist.confirm')).toContainEqual(
      expect.objectContaining({ target: id, who: staff.id, ...reason, community: 'demo' }),
    )
    expect(streamed(id).at(-1)).toMatchObject({ state: 'confirmed', ticket: ticket.id })
    const again = await admin.post(`/watchlist/candidates/${id}/dismiss`, reason)
    expect([again.statusCode, again.json().code]).toEqual([409, 'conflict.exists'])
    // The next sighting waits again, although a ticket of its key is open; a person adds it there.
    const next = await told()
    const before = (await admin.get(`/tickets/${ticket.id}`)).json()
    expect(before.counts).toEqual(ticket.counts)
    const joined = await admin.post(`/watchlist/candidates/${next.id}/confirm`, reason)
    expect(joined.json().ticket).toBe(ticket.id)
  })

  it('a person dismisses it: nothing but the record', async () => {
    const before = await tickets()
    const { id } = await told()
    const supervisor = await test.person('supervisor')
    const answer = await supervisor.post(`/watchlist/candidates/${id}/dismiss`, reason)
    expect(answer.json()).toMatchObject({ state: 'dismissed', ticket: null, candidate: reason })
    expect(await tickets()).toEqual(before)
    expect(loggedAccess(test.home, 'watchlist.dismiss')).toContainEqual(
      expect.objectContaining({ target: id, who: supervisor.id, ...reason }),
    )
    const next = await told()
    expect(await itemOf(next.id)).toMatchObject({ state: 'candidate' })
  })

  it.each(['withdrawn', 'expired'])('of an entry that is %s can only be dismissed', async (end) => {
    const { id } = await told()
    if (end === 'withdrawn') await admin.delete(`/watchlist/${entry}`)
    else test.time.now += hour
    const before = await tickets()
    const refused = await admin.post(`/watchlist/candidates/${id}/confirm`, reason)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'watchlist.ended'])
    expect(await tickets()).toEqual(before)
    const answer = await admin.post(`/watchlist/candidates/${id}/dismiss`, reason)
    expect(answer.json().state).toBe('dismissed')
  })

  it('is for those who decide, in their community, with a reason', async () => {
    const { id } = await told()
    const confirm = (who: Caller, body: object = reason) =>
      who.post(`/watchlist/candidates/${id}/confirm`, body)
    expect((await confirm(admin, {})).statusCode).toBe(400)
    for (const role of ['grid', 'unit', 'resident'] as const) {
      const who = await test.person(role, ['demo'], role === 'unit' ? 'property' : undefined)
      expect((await confirm(who)).statusCode, role).toBe(403)
    }
    expect((await confirm(test.box)).statusCode).toBe(403)
    const elsewhere = await test.person('staff', ['home'])
    expect((await confirm(elsewhere)).statusCode).toBe(404)
    expect(await listed(elsewhere)).toEqual([])
    expect(await listed(await test.person('grid'))).toEqual([])
    expect((await admin.post('/watchlist/candidates/nothing/confirm', reason)).statusCode).toBe(404)
    expect(await itemOf(id)).toMatchObject({ state: 'candidate' })
  })

  it.each(['confirm', 'dismiss'])(
    'its clip is seen by those who %s, and kept until then',
    async (way) => {
      const staff = await test.person('staff')
      const grid = await test.person('grid')
      const elsewhere = await test.person('staff', ['home'])
      const bytes = Buffer.concat([jpeg(500 + n), Buffer.from([0xff, 0xd9])])
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const stored = await test.api.app.inject({
        method: 'PUT',
        url: `/api/v1/evidence/${sha256}`,
        headers: { authorization: `Bearer ${test.box.token}`, 'content-type': 'image/jpeg' },
        payload: bytes,
      })
      expect(stored.statusCode).toBe(201)
      const { id, key } = await told()
      const see = async (who: Caller) => (await who.get(`/evidence/${sha256}`)).statusCode
      expect(await see(staff)).toBe(404)
      const shown = { kind: 'frame', device: 'cam-door', ts: 1, sha256, widthPx: 1, heightPx: 1 }
      const late = { id: `${id}.e1`, adds: id, type: 'watchlist.candidate', key, community: 'demo' }
      const evidence = [{ ...shown, detections: [], models: [] }]
      const added = await test.box.post('/anomalies', { ...late, evidence })
      expect([added.statusCode, added.json().ticket]).toEqual([200, null])
      expect((await itemOf(id)).candidate.evidence.at(-1)).toMatchObject({ sha256 })
      expect([await see(staff), await see(grid), await see(elsewhere)]).toEqual([200, 404, 404])
      expect(loggedAccess(test.home, 'evidence')).toContainEqual(
        expect.objectContaining({ target: sha256, who: staff.id }),
      )
      const later = test.time.now + 10 * 24 * hour
      expect(await swept(later)).not.toContain(sha256)
      await staff.post(`/watchlist/candidates/${id}/${way}`, reason)
      // A ticket keeps it; what was somebody else goes.
      expect(await see(staff)).toBe(way === 'confirm' ? 200 : 404)
      expect((await swept(later)).includes(sha256)).toBe(way === 'dismiss')
    },
  )

  it('two people who confirm at once make one ticket', async () => {
    const { id } = await told()
    const before = (await tickets()).length
    const answers = await Promise.all(
      [admin, second].map((who) => who.post(`/watchlist/candidates/${id}/confirm`, reason)),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      200, 409,
    ])
    expect(await tickets()).toHaveLength(before + 1)
  })

  it('where the list is off, nothing is kept of it and nobody decides', async () => {
    const off = await startTestApi()
    const there = await off.admin()
    const answer = await off.box.post('/anomalies', candidate({ id: 'late' }))
    expect([answer.statusCode, answer.json().ticket]).toEqual([200, null])
    for (const way of ['confirm', 'dismiss']) {
      const refused = await there.post(`/watchlist/candidates/late/${way}`, reason)
      expect([refused.statusCode, refused.json().code]).toEqual([403, 'watchlist.off'])
    }
    expect((await there.get('/anomalies')).json().items).toEqual([])
    expect((await there.get('/tickets')).json().items).toEqual([])
    await off.close()
  })
})
