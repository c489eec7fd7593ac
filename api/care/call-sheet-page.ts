import type { CallSheet } from '../../contracts/http/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import { escapeHtml } from './html.ts'

type Language = keyof LocalText

const words = {
  zh: {
    sheet: '呼叫单',
    say: '电话里这样说',
    address: '地址',
    building: '楼',
    entrance: '单元',
    floor: '层',
    room: '室',
    position: '经纬度 WGS-84',
    people: '里面的人',
    age: '岁',
    contacts: '家人',
    sensors: '设备怎么说',
    gates: '请先打开最近的门和道闸',
    done: '已经做了什么',
    none: '没有',
    made: '制表',
    metres: '米',
    mobility: '行动',
    medical: '病史用药',
    key: '备用钥匙',
  },
  en: {
    sheet: 'Call sheet',
    say: 'Say this on the telephone',
    address: 'Address',
    building: 'Building',
    entrance: 'Entrance',
    floor: 'Floor',
    room: 'Room',
    position: 'Position, WGS-84',
    people: 'Who is inside',
    age: 'years',
    contacts: 'Family',
    sensors: 'What sensors say',
    gates: 'Open the nearest gates first',
    done: 'What was done',
    none: 'none',
    made: 'Made',
    metres: 'm',
    mobility: 'Mobility',
    medical: 'Medical',
    key: 'Spare key',
  },
} as const

const text = (value: string | null | undefined): string => escapeHtml(value ?? '')

/** One printable page; both languages hold everything. */
export function callSheetPage(sheet: CallSheet, language: Language, timeZone: string): string {
  const w = words[language]
  const clock = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const list = (items: readonly string[]) =>
    items.length === 0
      ? `<p>${w.none}</p>`
      : `<ul>${items.map((one) => `<li>${one}</li>`).join('')}</ul>`
  const timed = (rows: CallSheet['done']) =>
    list(rows.map((row) => `${clock.format(row.at)} ${text(row.text[language])}`))
  const { address } = sheet
  const position =
    address.position === null
      ? ''
      : `${address.position.lat.toFixed(6)}, ${address.position.lon.toFixed(6)}`
  const facts = [
    [w.address, address.said[language]],
    [w.building, address.building],
    [w.entrance, address.entrance],
    [w.floor, address.floor],
    [w.room, address.room],
    [w.position, position],
  ].filter((fact): fact is [string, string] => (fact[1] ?? '') !== '')
  const people = sheet.people.map((one) => {
    const age = one.age === null ? '' : `, ${one.age} ${w.age}`
    const notes = one.notes.map(
      ({ what, text: note }) => `${what in w ? w[what as 'key'] : what}: ${note}`,
    )
    return text(`${one.name} ${one.honorific}${age} ${one.phone ?? ''} ${notes.join('; ')}`)
  })
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${w.sheet} ${text(sheet.ticket.number)}</title><style>
body{font:16px/1.5 "PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif;color:#18212f;background:#fff;margin:0}
main{max-width:50rem;margin:0 auto;padding:24px 16px}h1{font-size:28px;margin:0}h2{font-size:18px;margin:16px 0 4px}
.call{font-size:34px;font-weight:600}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0;font-size:20px}
dt{color:#465264}dd{margin:0;font-weight:600}ul{margin:0;padding-left:20px}small{color:#5f6b7d}
@media print{main{padding:0}}</style></head><body><main>
<p class="call">${sheet.numbers.join(' / ')}</p>
<h1>${text(sheet.ticket.title[language])}</h1>
<h2>${w.say}</h2><dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('')}</dl>
<h2>${w.people}</h2>${list(people)}
<h2>${w.sensors}</h2>${timed(sheet.sensors)}
<h2>${w.gates}</h2>${list(sheet.gates.map((gate) => text(`${gate.name}${gate.metres === null ? '' : ` ${gate.metres} ${w.metres}`}`)))}
<h2>${w.contacts}</h2>${list(sheet.contacts.map((one) => text(`${one.relation} ${one.name} ${one.phone ?? ''}`)))}
<h2>${w.done}</h2>${timed(sheet.done)}
<p><small>${w.made} ${clock.format(sheet.madeAt)} · ${text(sheet.ticket.number)}</small></p>
</main></body></html>
`
}
