import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { areaTypes, forbiddenAreas } from '../../contracts/roster.ts'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'

describe('control C12: the register of cameras', () => {
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    test = await startTestApi()
    admin = await test.admin()
  })
  afterAll(() => test.close())
  const camera = (id: string, settings: object) =>
    admin.post('/devices', { id, type: 'camera', camera: settings })

  it.each([...forbiddenAreas])('a camera in a %s cannot be saved', async (areaType) => {
    const answer = await camera('forbidden', { areaType })
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'camera.area-forbidden'])
    expect((await admin.get('/devices/forbidden')).statusCode).toBe(404)
    const id = `moved-${areaType}`
    await camera(id, { areaType: 'corridor' })
    const moved = await admin.patch(`/devices/${id}`, { camera: { areaType } })
    expect([moved.statusCode, moved.json().code]).toEqual([422, 'camera.area-forbidden'])
    expect((await admin.get(`/devices/${id}`)).json().camera.areaType).toBe('corridor')
  })

  it.each(areaTypes.filter((area) => !forbiddenAreas.has(area)))(
    'in a %s it can',
    async (areaType) => {
      const masks = [
        [
          [0, 0],
          [0.5, 0],
          [0.5, 0.5],
        ],
      ]
      const answer = await camera(`allowed-${areaType}`, { areaType, masks })
      expect([answer.statusCode, answer.json().device?.camera]).toMatchObject([
        201,
        { areaType, masks },
      ])
    },
  )

  it('without a photo of its sign it is saved and named, until the photo is there', async () => {
    const fresh = await startTestApi()
    const there = await fresh.admin()
    const notices = async () => {
      fresh.time.now += 60_000
      const { status, problems } = (await there.get('/health')).json()
      return {
        status,
        signs: problems.filter(
          (problem: { code: string }) => problem.code === 'camera.sign-missing',
        ),
      }
    }
    const before = await notices()
    expect(before.signs).toEqual([])
    for (const [id, areaType] of [
      ['gate-1', 'gate'],
      ['lift-1', 'lift'],
      ['home-1', 'home-front'],
    ])
      await there.post('/devices', { id, type: 'camera', camera: { areaType } })
    const [notice] = (await notices()).signs
    expect(notice.what.en).toContain('2')
    const signSha256 = 'a'.repeat(64)
    for (const id of ['gate-1', 'lift-1'])
      expect((await there.patch(`/devices/${id}`, { camera: { signSha256 } })).statusCode).toBe(200)
    const after = await notices()
    expect(after.signs).toEqual([])
    // A duty that waits is told; the box itself is as well as before.
    expect(after.status).toBe(before.status)
    await fresh.close()
  })
})
