import { dayMs, hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'

/**
 * Everything that shapes the year, in the open; `bench year` prints it with its result. A rate without a
 * source is an assumption, and says so. None was chosen after its result was seen.
 */
export const yearParameters = {
  elders: 500,
  days: 365,
  /** 1 January, local midnight in China. */
  startsAt: Date.UTC(2025, 11, 31, 16),
  utcOffsetMs: 8 * hourMs,
  eldersPerBox: 50,
  /** Of the homes; the rest lives alone. The rule is made for those who do. */
  coupleShare: 0.08,
  windowMs: 24 * hourMs,
  /** An alarm later than window + this counts as missed; the time that the box was down does not count. */
  toleranceMs: 2 * hourMs,
  /** The passing of time is told to the pipeline so often (live: every second). */
  tickMs: minuteMs,

  life: {
    wakeAt: 6.25,
    wakeSpread: 0.7,
    bedAt: 21.5,
    bedSpread: 0.8,
    /** Watchmen and bakers, who sleep by day. */
    nightShiftShare: 0.04,
    nightShiftsPerWeek: 3.5,
    outingsPerDay: 1.3,
    /** Who goes out every fifth day only. */
    homebodyShare: 0.15,
    homebodyOutingsPerDay: 0.2,
    /** Between two movements of a waking person from place to place; an assumption. */
    moveEveryMs: 14 * minuteMs,
    nightToiletPerNight: 1.4,
    /** Days in bed with a cold: a third of the movement, no outing; an assumption. */
    illDaysPerYear: 7,
    flushesPerDay: 6,
    mealsPerDay: 3,
    showersPerDay: 0.5,
  },

  absence: {
    /** Journeys and Spring Festival, in days; an assumption: few who live alone travel more. */
    holidaysPerYear: 1.5,
    holidayDays: 6,
    /** A night or more with the children. */
    staysPerYear: 3,
    stayDays: 2,
    /** 23.2 % of people over 60 in one year (Cui et al. 2021, doi 10.11847/zgggws1133280), some of them twice. */
    hospitalPerYear: 0.3,
    hospitalDays: 9,
    /** A night out without a word, back within the window: shall raise nothing. */
    sleepoversPerYear: 6,
    /**
     * Share that nobody was told of. A family that has asked for the watch knows of it; that one
     * forgets is no rarity: the 12-hour alarm of the Zhuhai pilot was an elder at her daughter's. Assumptions.
     */
    holidayUnannounced: 0.08,
    stayUnannounced: 0.15,
    hospitalUnannounced: 0.2,
    /** Who stays longer than announced, and does not say so. */
    overrunShare: 0.1,
    overrunDays: 1.5,
    earlyShare: 0.15,
    /** Whoever expects them and waits in vain calls; the announcement is taken back. */
    noShowNoticedMs: 12 * hourMs,
    /** A couple travels together so often. */
    jointShare: 0.7,
  },

  people: {
    /** Neighbours and children without a card, to talk or to eat. */
    visitorsPerWeek: 1.2,
    /** Whoever rings and is not answered has a key, or calls somebody who has. */
    visitorFinds: 0.5,
    guestsPerYear: 2,
    guestDays: 3,
    carerShare: 0.3,
    carerVisitsPerWeek: 2,
    /** From the alarm until somebody has called or stands there. */
    responseMinMs: 20 * minuteMs,
    responseMaxMs: 90 * minuteMs,
  },

  emergency: {
    /**
     * About a third falls in a year (Fuller, NEJM 1997), few of them lie until they are found. Staged more often than life
     * does, so that there is something to miss.
     */
    perElderYear: 0.7,
    /** Whoever is not found by then is found by chance, and counts as missed. */
    foundByChanceMs: 5 * dayMs,
    hospitalDays: 8,
  },

  home: {
    motionSensors: [1, 2, 2, 3],
    motionHoldMs: 90 * secondMs,
    motionSees: 0.95,
    reportEveryMs: hourMs,
    waterShare: 0.6,
    /** Of the water meters: read once a day, at two in the morning. */
    waterDailyShare: 0.25,
    powerShare: 0.35,
    powerEveryMs: 30 * minuteMs,
    lockShare: 0.1,
    cameraShare: 0.08,
    sosShare: 0.5,
    smokeShare: 0.6,
    /** How the sensors of a home speak: with `ts` and `seq` and a buffer, or bare values. */
    countedShare: 0.6,
    /** Of the bare ones: nobody has said how often they report. */
    undeclaredShare: 0.5,
    bufferMax: 500,
    /** Storage heaters heat up by themselves: 2 kW for a quarter of an hour, day and night. */
    heaterShare: 0.5,
    heaterKw: 2,
    heaterMs: 15 * minuteMs,
    heaterEveryMs: 6 * hourMs,
    baseKw: 0.12,
    /** A dripping cistern, litres an hour. */
    dripShare: 0.05,
    dripLitresPerHour: 1,
    /** A cistern that runs until somebody hears it. */
    runningToiletPerYear: 0.05,
    runningToiletDays: 5,
    runningToiletLitresPerHour: 20,
  },

  heat: {
    /** Days above 35 °C, in spells: about a summer in Nanjing. Air conditioning runs day and night, also over somebody who lies. */
    spells: [
      { fromDay: 181, days: 8 },
      { fromDay: 200, days: 14 },
      { fromDay: 225, days: 10 },
    ],
    coolingShare: 0.7,
    coolingKw: 1,
  },

  outage: {
    /** Batteries last about two years; two of three are changed when the warning comes. Assumptions. */
    deadBatteriesPerDeviceYear: 0.15,
    deadDays: 6,
    /** Hardware that stops without a word. */
    stopsPerDeviceYear: 0.05,
    stopDays: 5,
    /** A motion sensor that reports and sees nothing; found at the monthly round. */
    blindPerDeviceYear: 0.02,
    blindDays: 15,
    /** Power or network of one home. */
    hubPerHomeYear: 2,
    hubHours: 5,
    /** Updates and power cuts of the box. */
    restartsPerBoxYear: 12,
    restartMinutes: 5,
    downPerBoxYear: 3,
    downHours: 5,
    /** A dead power supply, until another has come. */
    longDownPerBoxYear: 0.5,
    longDownHours: 28,
    /** What was said meanwhile is lost, though the devices buffer: the broker's disk went with it. */
    lostShare: 0.3,
    /** Readers at the entrances. */
    entrancePerYear: 1,
    entranceHours: 36,
    cameraPerYear: 3,
    cameraHours: 30,
    /** Devices whose clock is off for weeks: the time zone, or 1970 after a change of battery. */
    wrongClocksPerDeviceYear: 0.05,
    wrongClockDays: 30,
    /** After a power cut the box shows a wrong time until it hears the right one. */
    boxClockPerYear: 0.5,
    boxClockMs: 5 * minuteMs,
  },
} as const

/** The parameters of one run: the number of people and days may be smaller. */
export type YearParameters = Omit<typeof yearParameters, 'elders' | 'days'> & {
  readonly elders: number
  readonly days: number
}
