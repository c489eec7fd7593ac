import type { EnrolRequest } from '../../contracts/private-api.ts'
import type { RosterWatched } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { GalleryMatrix, type Nearest } from './gallery-matrix.ts'
import type { FaceTemplate } from './template-record.ts'

type Use = EnrolRequest['use']

/** What stays in memory of a template beside its row. */
interface Held {
  readonly community: string
  readonly subject: string
  readonly use: Use
  readonly createdAt: number
  readonly rosterVersion: number
  /** The roster has named it once: if it does no more, the consent is gone. */
  confirmed: boolean
}

export interface GalleryBookDeps {
  readonly roster: RosterView
  readonly clock: () => number
  readonly watchlistEnabled: boolean
}

/** A new template waits so long for the roster that names it, ms: an enrolment's answer may be slow. */
const waitMs = 600_000

/**
 * All templates in memory. Only those that the roster names at this moment may match: a consent that
 * is withdrawn, a watch-list entry that expires or is not approved, and the row is out of the search.
 */
export class GalleryBook {
  readonly #deps: GalleryBookDeps
  readonly #held = new Map<string, Held>()
  readonly #galleries: Record<Use, Map<string, GalleryMatrix>> = {
    entry: new Map(),
    watchlist: new Map(),
  }
  /** How many templates each person has. */
  readonly #people = new Map<string, number>()
  #watched = new Map<string, RosterWatched>()
  #watchedOf = -1

  constructor(deps: GalleryBookDeps) {
    this.#deps = deps
  }

  /** `usable` false: of another model; it is kept and counted, and matches nobody. */
  put(template: FaceTemplate, usable = true): void {
    const { id, community, subject, use, createdAt, rosterVersion, mean } = template
    this.remove(id)
    this.#held.set(id, { community, subject, use, createdAt, rosterVersion, confirmed: false })
    const person = personKey(use, community, subject)
    this.#people.set(person, (this.#people.get(person) ?? 0) + 1)
    if (usable) this.#gallery(use, community).put(id, subject, mean)
    this.#refresh(id)
  }

  remove(id: string): boolean {
    const held = this.#held.get(id)
    if (held === undefined) return false
    this.#held.delete(id)
    this.#gallery(held.use, held.community).remove(id)
    const person = personKey(held.use, held.community, held.subject)
    const left = (this.#people.get(person) ?? 1) - 1
    if (left === 0) this.#people.delete(person)
    else this.#people.set(person, left)
    return true
  }

  /** The roster has changed: who may match from now on. */
  sync(): void {
    for (const id of this.#held.keys()) this.#refresh(id)
  }

  /**
   * Templates without a consent, to be deleted; never on the word of a roster that nobody has sent.
   * `waiting`: those that time alone may turn into one.
   */
  withoutConsent(): { readonly ids: readonly string[]; readonly waiting: number } {
    const { roster, clock } = this.#deps
    const ids: string[] = []
    let waiting = 0
    if (roster.version === 0) return { ids, waiting }
    for (const [id, held] of this.#held) {
      if (this.#isNamed(id, held)) {
        // No roster says when an entry of the watch-list expires: it is for us to look.
        if (held.use === 'watchlist') waiting += 1
        continue
      }
      const unheard = !held.confirmed
      if (unheard && (held.rosterVersion === roster.version || clock() - held.createdAt < waitMs))
        waiting += 1
      else ids.push(id)
    }
    return { ids, waiting }
  }

  /** Null where nobody may match. What the roster no longer names is dropped from the search here too. */
  nearest(use: Use, community: string, probe: Float32Array): Nearest | null {
    const gallery = this.#galleries[use].get(community)
    if (gallery === undefined) return null
    for (;;) {
      const found = gallery.nearest(probe)
      if (found === null) return null
      const names = found.second === null ? [found] : [found, found.second]
      const gone = names.filter(({ template }) => !this.#mayMatch(template))
      if (gone.length === 0) return found
      for (const { template } of gone) gallery.setActive(template, false)
    }
  }

  /** Others of the community, waiting ones too, whose face is at least so near; nearest first. */
  near(community: string, probe: Float32Array, similarityMin: number, subject: string) {
    return this.#gallery('entry', community)
      .near(probe, similarityMin, 11)
      .filter((found) => found.subject !== subject)
      .slice(0, 10)
  }

  /** Distinct people who may match now. */
  people(use: Use, community: string): number {
    return this.#galleries[use].get(community)?.people ?? 0
  }

  isStored(use: Use, community: string, subject: string): boolean {
    return this.#people.has(personKey(use, community, subject))
  }

  count(): { readonly persons: number; readonly templates: number } {
    return { persons: this.#people.size, templates: this.#held.size }
  }

  /** The entry of the watch-list that a template belongs to; null where it may not match now. */
  watched(template: string): RosterWatched | null {
    const { roster, clock, watchlistEnabled } = this.#deps
    if (!watchlistEnabled) return null
    const entry = this.#watchedBy(roster).get(template)
    return entry !== undefined && clock() < entry.expiresAt ? entry : null
  }

  #refresh(id: string): void {
    const held = this.#held.get(id)
    if (held === undefined) return
    if (this.#isNamed(id, held)) held.confirmed = true
    this.#gallery(held.use, held.community).setActive(id, this.#mayMatch(id))
  }

  #mayMatch(id: string): boolean {
    const held = this.#held.get(id)
    if (held === undefined) return false
    return this.#isNamed(id, held) && (held.use === 'entry' || this.watched(id) !== null)
  }

  /** There is a live consent, or an approved entry that has not expired. */
  #isNamed(id: string, held: Held): boolean {
    const { roster, clock } = this.#deps
    if (held.use === 'entry') {
      const face = roster.face(id)
      return face !== null && face.community === held.community && face.resident === held.subject
    }
    const entry = this.#watchedBy(roster).get(id)
    return entry !== undefined && entry.community === held.community && clock() < entry.expiresAt
  }

  #watchedBy(roster: RosterView): ReadonlyMap<string, RosterWatched> {
    if (this.#watchedOf !== roster.version) {
      this.#watched = new Map([...roster.watchlist()].map((entry) => [entry.template, entry]))
      this.#watchedOf = roster.version
    }
    return this.#watched
  }

  #gallery(use: Use, community: string): GalleryMatrix {
    const galleries = this.#galleries[use]
    const known = galleries.get(community)
    if (known !== undefined) return known
    const made = new GalleryMatrix()
    galleries.set(community, made)
    return made
  }
}

const personKey = (use: Use, community: string, subject: string): string =>
  JSON.stringify([use, community, subject])
