import { minuteMs } from '../../contracts/clock.ts'
import type { Language } from '../../contracts/notify.ts'
import type { LocalText } from '../../contracts/text.ts'

export interface Words {
  readonly title: string
  readonly body: string
}

/** `3 小时 12 分`; of days, hours and minutes the two largest. */
export function lasting(ms: number, language: Language): string {
  const minutes = Math.max(1, Math.floor(ms / minuteMs))
  const parts: readonly (readonly [number, LocalText])[] = [
    [Math.floor(minutes / 1_440), { zh: '天', en: 'd' }],
    [Math.floor(minutes / 60) % 24, { zh: '小时', en: 'h' }],
    [minutes % 60, { zh: '分', en: 'min' }],
  ]
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit[language]}`)
    .join(' ')
}

/** What is said in front of the title: how late it is, and that it comes again. */
export function marked(
  words: Words,
  { lateMs, again, language }: { lateMs: number; again: boolean; language: Language },
): Words {
  const marks: string[] = []
  if (lateMs > 0) {
    const late = lasting(lateMs, language)
    marks.push(language === 'zh' ? `【迟到 ${late}】` : `[${late} late] `)
  } else if (again) marks.push(language === 'zh' ? '【再次提醒】' : '[again] ')
  return { ...words, title: marks.join('') + words.title }
}

export interface DigestCounts {
  readonly critical: number
  readonly major: number
  readonly minor: number
  /** Of all of them. */
  readonly over: number
  readonly tooLate: number
}

/** One message in place of many: how many, how grave, and the first of them. */
export function digestWords(
  counts: DigestCounts,
  titles: readonly string[],
  language: Language,
): Words {
  const total = counts.critical + counts.major + counts.minor
  const zh = language === 'zh'
  const graves = [
    [zh ? '严重' : 'critical', counts.critical],
    [zh ? '较重' : 'major', counts.major],
    [zh ? '一般' : 'minor', counts.minor],
  ] as const
  const shown = graves.filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`)
  const title =
    counts.over === total
      ? zh
        ? `迟到的报警 ${total} 条，都已解除`
        : `${total} late alarms, all over`
      : zh
        ? `还有 ${total} 条（${shown.join('，')}）`
        : `${total} more (${shown.join(', ')})`
  const notes: string[] = []
  if (counts.over > 0 && counts.over < total)
    notes.push(zh ? `其中 ${counts.over} 条已解除` : `${counts.over} of them are over`)
  if (counts.tooLate > 0)
    notes.push(zh ? `其中 ${counts.tooLate} 条等得太久` : `${counts.tooLate} waited too long`)
  const rest = total - titles.length
  const lines = titles.map((line) => `· ${line}`)
  if (rest > 0) lines.push(zh ? `· 另有 ${rest} 条，见收件箱` : `· and ${rest} more in the inbox`)
  return { title, body: [...notes, ...lines].join('\n') }
}
