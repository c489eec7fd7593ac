import { errorTable } from '../../contracts/errors.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** docs/ERRORS.md as it must stand: written from the one table of coded errors. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { status, title, hint }]) => {
    const cells = [title.zh, hint.zh, title.en, hint.en].map(cell)
    return `| \`${code}\` | ${status ?? ''} | ${cells.join(' | ')} |`
  })
  return [
    '# Coded errors',
    '',
    'Written from `contracts/errors` by `npm run docs:errors`; a test keeps both equal. A number is the',
    'HTTP status of the answer (RFC 9457 problem document with `code` and `hint`); codes without one are',
    'named on `/api/v1/health`, in the log, in the quarantine of MQTT messages, or by the command line.',
    '',
    '| code | HTTP | 是什么 | 怎么办 | what | what to do |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
