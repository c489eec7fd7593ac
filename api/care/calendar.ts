import { dayMs, minuteMs } from '../../contracts/clock.ts'

/** Days and times of the box's time zone. A day is `YYYY-MM-DD`. */
export interface Calendar {
  dayOf(ts: number): string
  /** `HH:MM` of a day as epoch ms. */
  at(day: string, time: string): number
  /** 1 is Monday. */
  weekday(day: string): number
  plus(day: string, days: number): string
}

const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`)

export function createCalendar(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const wall = (ts: number): { day: string; minute: number } => {
    const parts = Object.fromEntries(format.formatToParts(ts).map((one) => [one.type, one.value]))
    const { year = '', month = '', day = '', hour = '', minute = '' } = parts
    return { day: `${year}-${month}-${day}`, minute: Number(hour) * 60 + Number(minute) }
  }
  return {
    dayOf: (ts) => wall(ts).day,
    at(day, time) {
      const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
      const wanted = utc(day) + minute * minuteMs
      // Twice: the offset may change between the guess and the answer.
      let guess = wanted
      for (let i = 0; i < 2; i += 1) {
        const shown = wall(guess)
        guess += wanted - (utc(shown.day) + shown.minute * minuteMs)
      }
      return guess
    },
    weekday: (day) => ((new Date(utc(day)).getUTCDay() + 6) % 7) + 1,
    plus: (day, days) => new Date(utc(day) + days * dayMs).toISOString().slice(0, 10),
  }
}
