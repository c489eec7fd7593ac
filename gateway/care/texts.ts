import { hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import type { LastEvidence } from '../../contracts/care.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Sickness } from './source.ts'

const kindWords: Readonly<Record<string, LocalText>> = {
  door: { zh: '入户门', en: 'door' },
  motion: { zh: '红外', en: 'motion' },
  water: { zh: '用水', en: 'water' },
  power: { zh: '用电', en: 'power' },
  sos: { zh: '呼叫按钮', en: 'call button' },
  card: { zh: '门卡', en: 'card' },
  pin: { zh: '门禁密码', en: 'PIN' },
  qr: { zh: '二维码', en: 'QR code' },
  face: { zh: '人脸', en: 'face' },
  terminal: { zh: '门禁机', en: 'terminal' },
  plate: { zh: '车牌', en: 'number plate' },
  visit: { zh: '有人看望', en: 'visit' },
  checkin: { zh: '报平安', en: 'check-in' },
  call: { zh: '电话接通', en: 'call answered' },
}
export const kindWord = (what: string): LocalText => kindWords[what] ?? { zh: what, en: what }

/** Hours without a needless `.0`; minutes below an hour. */
export function spanText(ms: number): LocalText {
  if (ms < hourMs) {
    const minutes = Math.floor(ms / minuteMs)
    return { zh: `${minutes} 分钟`, en: `${minutes} min` }
  }
  const hours = Math.floor((ms / hourMs) * 10) / 10
  return { zh: `${hours} 小时`, en: `${hours} h` }
}

/** `11-19 09:10` in local time. */
export function timeText(at: number, utcOffsetMinutes: number): string {
  const local = new Date(at + utcOffsetMinutes * minuteMs).toISOString()
  return `${local.slice(5, 10)} ${local.slice(11, 16)}`
}

export function lastText(last: LastEvidence | null, utcOffsetMinutes: number): LocalText {
  if (last === null)
    return { zh: '登记看护以来还没有平安的迹象', en: 'No sign of life since the watch began' }
  const time = timeText(last.ts, utcOffsetMinutes)
  const word = kindWord(last.what)
  return {
    zh: `最后一次：${time} ${last.where} · ${word.zh}`,
    en: `Last: ${time} ${last.where} · ${word.en}`,
  }
}

export const unseenTitle = (honorific: string, unseenMs: number): LocalText => {
  const span = spanText(unseenMs)
  return { zh: `${honorific} ${span.zh}没见到`, en: `${honorific} not seen for ${span.en}` }
}

export const cannotTellTitle = (
  honorific: string,
  watchedMs: number,
  percent: number,
): LocalText => {
  const span = spanText(watchedMs)
  return {
    zh: `${honorific}说不准：只看守到 ${span.zh}（${percent}%）`,
    en: `Cannot tell about ${honorific}: watched ${span.en} only (${percent} %)`,
  }
}

/** 门磁离线 9 小时（11-19 09:10 起） */
export function offlineText(
  name: string,
  since: number,
  now: number,
  utcOffsetMinutes: number,
): LocalText {
  const span = spanText(now - since)
  const time = timeText(since, utcOffsetMinutes)
  return {
    zh: `${name}离线 ${span.zh}（${time} 起）`,
    en: `${name} silent for ${span.en} (since ${time})`,
  }
}

export function sickText(name: string, why: Sickness['why'], everyMs: number): LocalText {
  if (why === 'flapping')
    return { zh: `${name}不停跳变，不算数`, en: `${name} flaps and does not count` }
  if (why === 'running')
    return { zh: `${name}一直在走，不算数`, en: `${name} runs all the time and does not count` }
  const seconds = Math.round(everyMs / secondMs)
  return {
    zh: `${name}每 ${seconds} 秒准点报一次，像是坏了，不算数`,
    en: `${name} fires every ${seconds} s like a clock and does not count`,
  }
}

/** Joins sentences; Chinese ones without spaces. */
export const sentences = (...texts: readonly LocalText[]): LocalText => ({
  zh: texts.map(({ zh }) => `${zh}。`).join(''),
  en: texts.map(({ en }) => `${en}.`).join(' '),
})
