import { afterEach, describe, expect, it } from 'vitest'
import type { RosterWatched } from '../../contracts/roster.ts'
import {
  community,
  consent,
  doorCamera,
  enrolment,
  face,
  like,
  lookOf,
  now,
  person,
  pictureOf,
  rosterWith,
  stand,
} from '../gateway/access/face-stand.ts'

type Stand = Awaited<ReturnType<typeof stand>>
const open: Stand[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

const watched = (more: Partial<RosterWatched> = {}): RosterWatched => ({
  id: 'wat_1',
  community,
  template: 'tpl_wat_1',
  label: '协查 2026-17',
  authority: '某市公安局',
  documentNumber: '〔2026〕17号',
  expiresAt: now + 3_600_000,
  ...more,
})

/** A box with the watch-list on, and one entry of it enrolled but not yet approved. */
async function box(watchlistEnabled = true): Promise<Stand> {
  const made = await stand({
    settings: { falseAcceptRate: 0.001, filingNumber: null, watchlistEnabled },
  })
  open.push(made)
  return made
}
const enrolled = async (watchlistEnabled = true): Promise<Stand> => {
  const at = await box(watchlistEnabled)
  await at.entry.enrol({
    ...enrolment('tpl_wat_1', 'wat_1', pictureOf(face(person(1)))),
    use: 'watchlist',
  })
  return at
}
const approve = async (at: Stand, ...watchlist: RosterWatched[]) => {
  at.roster.replace(rosterWith({ version: at.roster.version + 1, watchlist }))
  await at.entry.reconcile()
}
const walkBy = (at: Stand, from: number, frames = 5) => {
  for (let n = 0; n < frames; n += 1)
    at.entry.looked(lookOf(doorCamera, from + n * 300, face(like(person(1), 0.75, n + 1))))
}

describe('control C9: the watch-list names candidates and does nothing else', () => {
  it('is off by default: nothing can be enrolled', async () => {
    await expect(enrolled(false)).rejects.toMatchObject({ code: 'watchlist.off' })
  })

  it('does not match before the approval that puts it into the roster', async () => {
    const at = await enrolled()
    walkBy(at, 0)
    expect(at.alarms).toEqual([])
  })

  it('tells one candidate after three frames, for a human to confirm', async () => {
    const at = await enrolled()
    await approve(at, watched())
    walkBy(at, 0, 2)
    expect(at.alarms).toEqual([])
    walkBy(at, 20_000)
    walkBy(at, 60_000)
    expect(at.alarms.length).toBe(1)
    const [alarm] = at.alarms
    expect(alarm).toMatchObject({
      type: 'watchlist.candidate',
      device: 'cam-door',
      subject: null,
      key: `watchlist.candidate/${community}/wat_1/cam-door`,
    })
    expect(alarm?.title.en).toContain('to be confirmed by a human')
    expect(alarm?.description.en).toContain('not an identification')
    expect(alarm?.description.zh).toContain('待人工核实')
    expect(JSON.stringify(alarm)).not.toMatch(/frame"|sha256|jpeg/)
  })

  it('never opens a door, names nobody to care, and lends its faces to no resident', async () => {
    const at = await enrolled()
    await approve(at, watched())
    for (let round = 0; round < 5; round += 1) walkBy(at, round * 60_000, 15)
    expect([at.proofs, at.identities]).toEqual([[], []])
    const answer = await at.entry.enrol(
      enrolment('fac_1', 'res_1', pictureOf(face(like(person(1), 0.9)))),
    )
    expect(answer.lookAlikes).toEqual([])
  })

  it('a resident who is also a candidate passes as before', async () => {
    const at = await enrolled()
    await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(1)))))
    const faces = [consent('fac_1', 'res_1')]
    at.roster.replace(rosterWith({ version: 5, watchlist: [watched()], faces }))
    await at.entry.reconcile()
    walkBy(at, 0)
    expect(at.proofs.map(({ resident }) => resident)).toEqual(['res_1'])
    expect(at.alarms.length).toBe(1)
  })

  it('an entry that expires while the box runs matches no more, and its template is deleted', async () => {
    const at = await enrolled()
    await approve(at, watched())
    at.time.now = now + 3_600_000
    walkBy(at, 0)
    expect(at.alarms).toEqual([])
    expect(at.entry.count().templates).toBe(1)
    await at.entry.reconcile()
    expect(at.entry.count().templates).toBe(0)
  })

  it('an entry of another community, or withdrawn, matches no more', async () => {
    const at = await enrolled()
    await approve(at, watched())
    at.roster.replace(rosterWith({ version: 7, watchlist: [] }))
    walkBy(at, 0)
    const elsewhere = await enrolled()
    await approve(elsewhere, watched({ community: 'other' }))
    walkBy(elsewhere, 0)
    expect([at.alarms, elsewhere.alarms]).toEqual([[], []])
  })

  it('switched off in the configuration, approved entries match nobody', async () => {
    const at = await enrolled()
    await approve(at, watched())
    const { createFaceEntry } = await import('../../gateway/access/face-entry.ts')
    const settings = { ...at.deps.settings, watchlistEnabled: false }
    const off = createFaceEntry({ ...at.deps, settings })
    await off.start()
    for (let n = 0; n < 5; n += 1)
      off.looked(lookOf(doorCamera, n * 300, face(like(person(1), 0.75, n + 1))))
    expect(at.alarms).toEqual([])
  })
})
