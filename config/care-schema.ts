import Type, { type Static } from 'typebox'
import { communityModes } from '../contracts/roster.ts'

const closed = { additionalProperties: false }
const Ms = (initial: number) =>
  Type.Integer({ minimum: 0, maximum: 7 * 86_400_000, default: initial })
const Share = (initial: number) => Type.Number({ minimum: 0, maximum: 1, default: initial })

/**
 * What one kind of evidence is worth. `weight`: 1 is proof by itself, what is below needs another, independent
 * one to end an alarm that stands. `shows`: the person, or only that somebody is in the home.
 * `confidence`: how sure the source is of what it says, shown to people.
 */
const kind = (shows: 'person' | 'home', weight: number, confidence: number) =>
  Type.Object(
    {
      weight: Share(weight),
      shows: Type.Union([Type.Literal('person'), Type.Literal('home')], { default: shows }),
      confidence: Share(confidence),
    },
    { ...closed, default: {} },
  )

export const EvidenceKinds = Type.Object(
  {
    door: kind('home', 0.5, 0.6),
    motion: kind('home', 1, 0.8),
    water: kind('home', 0.6, 0.7),
    power: kind('home', 0.6, 0.6),
    /** A pressed button: somebody in the home pressed it. */
    sos: kind('home', 1, 0.9),
    card: kind('person', 1, 0.8),
    pin: kind('person', 0.7, 0.6),
    qr: kind('person', 0.7, 0.7),
    face: kind('person', 1, 0.95),
    /** A foreign terminal that decides by itself says who passed, and not how. */
    terminal: kind('person', 0.8, 0.7),
    /** Their own car, where they live alone; who sat in it nobody has seen. */
    plate: kind('person', 0.4, 0.4),
    visit: kind('person', 1, 1),
    checkin: kind('person', 1, 0.9),
    call: kind('person', 1, 0.95),
  },
  { ...closed, default: {} },
)
export type EvidenceKind = keyof Static<typeof EvidenceKinds>

/** A timer is no life: what comes so regularly, so often, for so long is a machine. */
const Machine = Type.Object(
  {
    /** Signs in a row whose distance is the same within `tolerance`. */
    count: Type.Integer({ minimum: 3, maximum: 10_000, default: 24 }),
    forMs: Ms(10_800_000),
    tolerance: Type.Number({ minimum: 0, maximum: 0.5, default: 0.02 }),
    /** A sensor that reports at its own interval says `true` each time while somebody moves about: longer than a day awake. */
    stuckMs: Ms(64_800_000),
    /** Meters: draws of the same size at the same distance. */
    meterCount: Type.Integer({ minimum: 3, maximum: 10_000, default: 5 }),
    meterForMs: Ms(10_800_000),
    amountTolerance: Type.Number({ minimum: 0, maximum: 0.5, default: 0.1 }),
    /** Meters: use in every reading for so long runs by itself. */
    runForMs: Ms(21_600_000),
    /** Changes of a contact within an hour that no hand makes. */
    flapsPerHour: Type.Integer({ minimum: 10, maximum: 100_000, default: 60 }),
  },
  { ...closed, default: {} },
)

/** Less than `belowM3` of water in `windowMs` (Shanghai and Shenzhen Longgang: 0.01 m3 in 12 h), nobody away, the meter read throughout. */
const WaterLow = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
    version: Type.Integer({ minimum: 1, default: 1 }),
    windowMs: Ms(43_200_000),
    belowM3: Type.Number({ minimum: 0, default: 0.01 }),
    coverageShare: Type.Number({ minimum: 0.1, maximum: 1, default: 0.95 }),
    /** Any other sign of life so recent stills it: a dry night is no alarm, and one source no proof. */
    unlessSignMs: Ms(43_200_000),
    /** Who goes to bed early and sleeps in is dry for half a day: so much of it must lie between `dayFromHour` and `dayToHour`. */
    dayMinMs: Ms(21_600_000),
    dayFromHour: Type.Integer({ minimum: 0, maximum: 23, default: 7 }),
    dayToHour: Type.Integer({ minimum: 1, maximum: 24, default: 21 }),
    /** So soon before the unseen rule decides, it leaves the word to that. */
    yieldMs: Ms(3_600_000),
    /** Not for those whose own window is longer than this. */
    watchMaxMs: Ms(172_800_000),
  },
  { ...closed, default: {} },
)

/** In a mode of the community the windows are shorter. */
const Modes = Type.Record(
  Type.Enum(communityModes),
  Type.Object({ windowFactor: Type.Number({ minimum: 0.05, maximum: 1 }) }, closed),
  { default: { 'heat-wave': { windowFactor: 0.5 }, flood: { windowFactor: 0.25 } } },
)

/** Numbers of the care engine; see gateway/care and docs/CARE.md. Times in ms. */
export const CareSettings = Type.Object(
  {
    version: Type.Integer({ minimum: 1, default: 1 }),
    /** Share of the window that somebody must have looked for before Linli says "unseen". */
    coverageShare: Type.Number({ minimum: 0.1, maximum: 1, default: 0.9 }),
    /** A reading that is older than this on arrival is history being delivered. */
    lateMs: Ms(60_000),
    /** No decision until so long after the last of such history, at most `settleMaxMs` in all. */
    settleMs: Ms(5_000),
    settleMaxMs: Ms(120_000),
    /** After a start: a tenth of the time we were down, at most this: a clock that starts wrong is put right within minutes. */
    startSettleMaxMs: Ms(900_000),
    /** After our own clock has jumped: time for signs of life to arrive in the new time. */
    clockJumpSettleMs: Ms(3_600_000),
    /** A gapless pair of readings covers the time between them up to factor x interval. */
    gapFactor: Type.Number({ minimum: 1, maximum: 100, default: 2.5 }),
    gapDefaultMs: Ms(5_400_000),
    /** The same for devices that count no `seq`. */
    bareGapFactor: Type.Number({ minimum: 1, maximum: 100, default: 2 }),
    bareGapDefaultMs: Ms(600_000),
    /** Around a carer's card at the home's own door the door contact is the carer's. */
    carerBeforeMs: Ms(60_000),
    carerAfterMs: Ms(120_000),
    /** After a carer's card at a shared door nearby, a home door that opens may be the carer's. */
    carerArrivesMs: Ms(600_000),
    carerNearM: Type.Number({ minimum: 0, maximum: 10_000, default: 60 }),
    /** A carer who is inside leaves when the door closes next, at the latest after so long. */
    carerStayMaxMs: Ms(7_200_000),
    /** A motion sensor holds its `true` for a while after the last person has left. */
    carerLeftMs: Ms(90_000),
    /** Signs of life so soon after an absence begins are the leaving, not the return. */
    awayGraceMs: Ms(3_600_000),
    /** Who was to be away by now and is felt at home, while no door has opened, leaves late: for so long that is no return. */
    lateLeaveMs: Ms(21_600_000),
    /** A sensor of the home that moves so soon after its door: whoever came in may have moved it. */
    visitorMs: Ms(600_000),
    /** Water that counts as used, m³ between two readings: below it is a dripping tap. */
    waterMinM3: Type.Number({ minimum: 0, default: 0.002 }),
    /** Mean power that a person causes, kW: above refrigerator and stand-by. */
    powerMinKw: Type.Number({ minimum: 0, default: 0.8 }),
    meterGapMaxMs: Ms(7_200_000),
    /** Power counts in the company of another kind of sign: so long before it, or meanwhile. */
    powerCompanyMs: Ms(3_600_000),
    /** Until so much of its interval has passed a source that has just spoken counts as looking. */
    tailFactor: Type.Number({ minimum: 0, maximum: 2.5, default: 1.25 }),
    ledgerMs: Ms(604_800_000),
    /** For times of day in texts. */
    utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840, default: 480 }),

    evidence: EvidenceKinds,
    /** What ends an alarm that stands: the sum of independent signs since it was raised. */
    endWeight: Type.Number({ minimum: 0.1, maximum: 3, default: 1 }),
    /** A sign below this is kept out: it neither ends an alarm nor puts one off. */
    countWeight: Share(0.3),
    /** What follows a door that somebody opened may be whoever came in: it weighs so much of its own. */
    behindDoorFactor: Share(0.5),
    /** Where several are at home a sign of the home weighs so much for each of them. */
    sharedFactor: Share(0.6),
    /** Two signs of one cause count as two when they lie so far apart. */
    independentMs: Ms(21_600_000),
    machine: Machine,
    waterLow: WaterLow,
    modes: Modes,
    /** After a mode has begun: nobody is late by its shorter window sooner than this. */
    modeGraceMs: Ms(3_600_000),
    /** A worker who notes a visit was in the home from so long before to so long after. */
    visitBeforeMs: Ms(900_000),
    visitAfterMs: Ms(900_000),
    /** Cameras that know faces and stand so near to a home watch over those of its people whose face they know. */
    cameraNearM: Type.Number({ minimum: 0, maximum: 10_000, default: 60 }),
    /** After an absence that ended as announced: how long until somebody is told that they are not back. */
    backGraceMs: Ms(10_800_000),
    /** While somebody is away, life in their home for so long is theirs; less may be whoever waters the flowers. */
    returnSpanMs: Ms(3_600_000),
  },
  closed,
)
export type CareSettings = Static<typeof CareSettings>
