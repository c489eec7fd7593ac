import type { LadderAnswer, LadderHow } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { NoteKind } from './ladder-state.ts'

/** `{title}` and the like, in both languages. */
export const fill = (
  text: LocalText,
  values: Readonly<Record<string, LocalText | string>>,
): LocalText => ({ zh: filled(text.zh, values, 'zh'), en: filled(text.en, values, 'en') })

function filled(
  text: string,
  values: Readonly<Record<string, LocalText | string>>,
  language: keyof LocalText,
): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'string' ? value : value[language]
  })
}

const howWords: Readonly<Record<LadderHow, string>> = {
  call: '打电话',
  message: '发消息',
  dispatch: '派单',
  supervise: '列入督办',
  alarm: '鸣警',
}

const answerWords: Readonly<Record<LadderAnswer, string>> = {
  going: '我去',
  fine: '联系上了，平安',
  'no-answer': '没人接',
  'not-reached': '没联系上',
}

const minutes = (ms: number): string =>
  ms < 60_000 ? `${Math.round(ms / 1_000)} 秒` : `${Math.round(ms / 60_000)} 分`

export interface NoteAbout {
  readonly step: {
    readonly name: string
    readonly how: readonly LadderHow[]
    readonly waitMs: number
    readonly answer: LadderAnswer | null
  } | null
  readonly by: string | null
  readonly text: string | null
  readonly why: LocalText | null
  readonly holdMs: number | null
}

/** One line of the ticket's story. */
export function noteText(what: NoteKind, about: NoteAbout): string {
  const { step, by, text, why, holdMs } = about
  const name = step?.name ?? ''
  const said = text === null ? '' : `：${text}`
  switch (what) {
    case 'step': {
      const how = (step?.how ?? []).map((one) => howWords[one]).join('、')
      return `${name}（${how}），等 ${minutes(step?.waitMs ?? 0)}`
    }
    case 'passed':
      return `${name}：到时没有回音，找下一位`
    case 'skipped':
      return `${name}：没有可联系的人，找下一位`
    case 'answer':
      return `${name}${name === '' ? '' : '，'}${by ?? ''}答“${step?.answer == null ? '' : answerWords[step.answer]}”${said}`
    case 'taken':
      return holdMs === null
        ? `${by ?? ''}去办，以下各级不再通知${said}`
        : `${by ?? ''}去办，以下各级暂停 ${minutes(holdMs)}${said}`
    case 'goes-on':
      return by === null ? '到时还没有结果，接着找下一位' : `${by}退回，接着找下一位`
    case 'stopped':
      return `${by ?? ''}已有着落，以下各级不再通知`
    case 'exhausted':
      return '每一级都没有回音，列入督办'
    case 'closed':
      return why?.zh ?? '已解除'
    case 'cancelled':
      return why?.zh ?? '不再继续'
  }
}

/** Asked of whoever sits at the desk where a step is a telephone call. */
export const pleaseRing = (name: LocalText): LocalText => ({
  zh: `请现在打：${name.zh}。打完在工单上记“通了”或“没通”。`,
  en: `Please do this now: ${name.en}. Then note on the ticket whether they answered.`,
})

export const defaultMessage: LocalText = {
  zh: '{title}，{place}。请点链接答复：我去，或没办法去。',
  en: '{title}, {place}. Please answer by the link: I am going, or I cannot.',
}

export const reliefText = (why: LocalText | null, honorific: LocalText): LocalText => ({
  zh: why?.zh ?? `${honorific.zh}的事已经办妥，谢谢您。`,
  en: why?.en ?? `The matter about ${honorific.en} is settled. Thank you.`,
})
