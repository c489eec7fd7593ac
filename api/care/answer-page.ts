import type { LadderAnswer } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import { escapeHtml } from './html.ts'

type Language = 'zh' | 'en'

export interface AnswerPage {
  readonly language: Language
  readonly title: LocalText
  readonly what: LocalText
  /** `ask` shows the buttons; the others only a sentence. */
  readonly state: 'ask' | 'thanks' | 'used' | 'over' | 'gone'
}

const words: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  zh: {
    fine: '联系上了，平安',
    going: '我现在就去',
    'no-answer': '没打通',
    thanks: '记下了，谢谢您。有新情况我们会马上告诉您。',
    used: '这个链接已经答复过了。要补充，请直接打社区电话。',
    over: '这件事已经了结，不用再答。谢谢您。',
    gone: '这个链接已经过期或不对。请直接打社区电话。',
    note: '想补充一句（可不写）',
    urgent: '情况紧急请直接拨 120 或 119。',
  },
  en: {
    fine: 'I spoke to them, all is well',
    going: 'I am going there now',
    'no-answer': 'They do not answer',
    thanks: 'Noted, thank you. We will tell you as soon as there is news.',
    used: 'This link has been answered already. To add something, ring the community.',
    over: 'The matter is settled, no answer is needed. Thank you.',
    gone: 'This link has run out or is wrong. Please ring the community.',
    note: 'Anything to add (not needed)',
    urgent: 'In an emergency dial 120 or 119 at once.',
  },
}

const choices: readonly LadderAnswer[] = ['fine', 'going', 'no-answer']

/** A page for a telephone at midnight: no account, no script, three large buttons. */
export function answerPage({ language, title, what, state }: AnswerPage): string {
  const say = words[language]
  const body =
    state === 'ask'
      ? `<p>${escapeHtml(what[language])}</p><form method="post">
<label>${say['note']}<input name="note" maxlength="200" autocomplete="off"></label>
${choices.map((one) => `<button name="answer" value="${one}" class="${one}">${say[one]}</button>`).join('\n')}
</form>`
      : `<p>${say[state]}</p>`
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title[language])}</title><style>
body{font:18px/1.6 "PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif;color:#18212f;background:#f5f6f8;margin:0}
main{max-width:30rem;margin:0 auto;padding:24px 16px}h1{font-size:22px;margin:0 0 8px}
form{display:grid;gap:12px;margin-top:16px}label{display:grid;gap:4px;font-size:15px;color:#465264}
input{font:inherit;min-height:44px;padding:0 12px;border:1px solid #8791a3;border-radius:6px;background:#fff;color:inherit}
button{font:inherit;font-weight:600;min-height:56px;border-radius:6px;border:1px solid #8791a3;background:#fff;color:#18212f}
button.fine{background:#0b7157;border-color:#0b7157;color:#fff}button.going{background:#2b55c0;border-color:#2b55c0;color:#fff}
small{color:#5f6b7d;font-size:15px}</style></head>
<body><main><h1>${escapeHtml(title[language])}</h1>${body}<p><small>${say['urgent']}</small></p></main></body></html>
`
}
