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

const howWords: Readonly<Record<LadderHow, LocalText>> = {
  call: { zh: '打电话', en: 'call' },
  message: { zh: '发消息', en: 'message' },
  dispatch: { zh: '派单', en: 'dispatch' },
  supervise: { zh: '列入督办', en: 'supervision' },
  alarm: { zh: '鸣警', en: 'alarm' },
}

const answerWords: Readonly<Record<LadderAnswer, LocalText>> = {
  going: { zh: '我去', en: 'I am going' },
  fine: { zh: '联系上了，平安', en: 'reached, all well' },
  'no-answer': { zh: '没人接', en: 'no answer' },
  'not-reached': { zh: '没联系上', en: 'not reached' },
}

const spanOf = (ms: number): LocalText =>
  ms < 60_000
    ? { zh: `${Math.round(ms / 1_000)} 秒`, en: `${Math.round(ms / 1_000)} s` }
    : { zh: `${Math.round(ms / 60_000)} 分`, en: `${Math.round(ms / 60_000)} min` }

export interface NoteAbout {
  readonly step: {
    readonly name: LocalText
    readonly how: readonly LadderHow[]
    readonly waitMs: number
    readonly answer: LadderAnswer | null
  } | null
  readonly by: string | null
  readonly text: string | null
  readonly why: LocalText | null
  readonly holdMs: number | null
}

const nobody: LocalText = { zh: '', en: '' }

/** One line of the ticket's story. */
export function noteText(what: NoteKind, about: NoteAbout): LocalText {
  const { step, text, why, holdMs } = about
  const by = about.by ?? ''
  const name = step?.name ?? nobody
  const said = text === null ? nobody : { zh: `：${text}`, en: `: ${text}` }
  switch (what) {
    case 'step': {
      const how = (step?.how ?? []).map((one) => howWords[one])
      const wait = spanOf(step?.waitMs ?? 0)
      return {
        zh: `${name.zh}（${how.map(({ zh }) => zh).join('、')}），等 ${wait.zh}`,
        en: `${name.en} (${how.map(({ en }) => en).join(', ')}), waits ${wait.en}`,
      }
    }
    case 'passed':
      return {
        zh: `${name.zh}：到时没有回音，找下一位`,
        en: `${name.en}: no answer in time, on to the next`,
      }
    case 'skipped':
      return {
        zh: `${name.zh}：没有可联系的人，找下一位`,
        en: `${name.en}: nobody to reach, on to the next`,
      }
    case 'answer':
      return answerText(name, by, step?.answer ?? null, said)
    case 'taken':
      return takenText(by, holdMs, said)
    case 'goes-on':
      return by === ''
        ? { zh: '到时还没有结果，接着找下一位', en: 'No outcome in time, on to the next' }
        : { zh: `${by}退回，接着找下一位`, en: `${by} gave it back, on to the next` }
    case 'stopped':
      return {
        zh: `${by}已有着落，以下各级不再通知`,
        en: `${by} has it in hand, nobody further is told`.trim(),
      }
    case 'exhausted':
      return { zh: '每一级都没有回音，列入督办', en: 'Nobody answered at all; under supervision' }
    case 'closed':
      return why ?? { zh: '已解除', en: 'Over' }
    case 'cancelled':
      return why ?? { zh: '不再继续', en: 'Not continued' }
  }
}

function answerText(
  name: LocalText,
  by: string,
  answer: LadderAnswer | null,
  said: LocalText,
): LocalText {
  const word = answer === null ? nobody : answerWords[answer]
  const head = {
    zh: name.zh === '' ? '' : `${name.zh}，`,
    en: name.en === '' ? '' : `${name.en}, `,
  }
  return {
    zh: `${head.zh}${by}答“${word.zh}”${said.zh}`,
    en: `${head.en}${by} answers “${word.en}”${said.en}`,
  }
}

function takenText(by: string, holdMs: number | null, said: LocalText): LocalText {
  if (holdMs === null)
    return {
      zh: `${by}去办，以下各级不再通知${said.zh}`,
      en: `${by} takes it, nobody further is told${said.en}`,
    }
  const hold = spanOf(holdMs)
  return {
    zh: `${by}去办，以下各级暂停 ${hold.zh}${said.zh}`,
    en: `${by} takes it, the others wait ${hold.en}${said.en}`,
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
