import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receiptHash, subjectHash } from '../../api/faces/receipts.ts'
import type { DeletionReceipt } from '../../contracts/http/access.ts'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'
import { type Box, startBox } from '../api/support/box.ts'
import { type FaceBox, faceBox, jpeg } from '../api/support/face-box.ts'

describe('control C6: deletion with proof', () => {
  let box: Box
  let faces: FaceBox
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    box = await startBox()
    faces = faceBox(box)
    test = await startTestApi({ gatewayUrl: box.url })
    admin = await test.admin()
  })
  afterAll(async () => {
    await test.close()
    await box.close()
  })
  const image = { image: jpeg().toString('base64') }
  const receipts = async (): Promise<DeletionReceipt[]> =>
    (await admin.get('/deletion-receipts?limit=1000')).json().items

  async function enrolled() {
    const { id } = (await admin.post('/residents', { name: '吴秀兰' })).json()
    const consent = (await admin.post(`/residents/${id}/consents`)).json().id as string
    const face = (await admin.post(`/residents/${id}/faces`, image)).json().id as string
    return { id: id as string, consent, face }
  }

  it('a withdrawn consent takes the template from the box at once, and answers the receipt', async () => {
    const { id, consent, face } = await enrolled()
    expect(box.roster.faces?.map((item) => item.id)).toContain(face)
    const receipt = (await admin.delete(`/residents/${id}/consents/${consent}`)).json()
    expect(receipt).toMatchObject({
      consent,
      subjectSha256: subjectHash('demo', id),
      templates: 1,
      pictures: 1,
      inForce: true,
    })
    expect(box.asked).toContain(`DELETE /faces/${face}`)
    expect(faces.templates.has(face)).toBe(false)
    expect(box.roster.faces?.map((item) => item.id)).not.toContain(face)
    expect((await admin.get(`/residents/${id}/faces`)).json().items).toEqual([])
  })

  it('with the box away it says so, does it on its return, also after a restart, and proves it then', async () => {
    const { id, consent, face } = await enrolled()
    const { port } = box
    const { version } = box.roster
    await box.close()
    const owed = (await admin.delete(`/residents/${id}/consents/${consent}`)).json()
    expect(owed).toMatchObject({ consent, templates: 1, inForce: false })
    expect((await admin.get(`/residents/${id}/faces`)).json().items).toEqual([])
    box = await startBox(port, version)
    const returned = faceBox(box)
    for (const [template, request] of faces.templates) returned.templates.set(template, request)
    faces = returned
    await test.restart()
    admin = await test.admin()
    await expect.poll(() => faces.templates.has(face), { timeout: 10_000 }).toBe(false)
    await expect.poll(() => box.roster.faces?.map((item) => item.id) ?? [face]).not.toContain(face)
    await expect
      .poll(async () => (await receipts()).filter((item) => item.consent === consent).length)
      .toBe(2)
    const done = (await receipts()).at(-1)
    expect(done).toMatchObject({ consent, templates: 1, pictures: 1, inForce: true })
    const again = await admin.delete(`/residents/${id}/consents/${consent}`)
    expect(again.json()).toEqual(done)
  })

  it('each receipt hangs on the one before it, so none can be taken out or changed', async () => {
    const chain = await receipts()
    expect(chain.length).toBeGreaterThanOrEqual(3)
    let previous = ''
    for (const { sha256, ...body } of chain) {
      expect(sha256).toBe(receiptHash(previous, body))
      previous = sha256
    }
    const [first] = chain
    if (first === undefined) throw new Error('no receipt')
    const { sha256, ...body } = first
    expect(receiptHash('', { ...body, templates: body.templates + 1 })).not.toBe(sha256)
    const staff = await test.person('staff')
    expect((await staff.get('/deletion-receipts')).statusCode).toBe(403)
  })
})
