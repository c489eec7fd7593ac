/** What stands in a log where something was that must not be there. */
const gone = '[redacted]'

/** Fields whose value is never written, whatever it is. Compared in lower case, without `-` and `_`. */
const secretField = new RegExp(
  'passw(?:or)?d|passphrase|pwd$|secret|token|cookie|authorization|signature' +
    '|(?:api|private|pass|face|device|signing|access|service)key|^pin$|^otp$|^psk$' +
    '|phone|mobile|^tel(?:no|number)?$|idcard|idnumber|nationalid|identityno' +
    '|embedding|vector|descriptor',
)
const isSecret = (field: string): boolean =>
  secretField.test(field.toLowerCase().replaceAll(/[-_]/g, ''))

/** The same in running text, as far as it can be told there. */
const secretWord =
  '(?:[a-z0-9]{0,40}[_-]?)?(?:passw(?:or)?d|passphrase|pwd|secret|token|signature)' +
  '|(?:api|private|pass|face|device|signing|access|service)[_-]?key' +
  '|(?:set-)?cookie|pin|otp|psk|phone|mobile|id[_-]?card|id[_-]?number'
/** In an address, where a bare `key` or `sign` opens a robot; elsewhere it is the name of something. */
const secretParameter = `${secretWord}|key|sign|sig|ticket|auth|pass|k`

/** A face is 128 numbers or more; a list that long is of no use in a log. */
const numbersMin = 16
/** Bounded, so that a line of digits costs its length once. */
const number = String.raw`-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?`
const gap = String.raw`(?:\s{0,4}[,;]\s{0,4}|\s{1,4})`

const rule = (source: string, to = gone): readonly [RegExp, string] => [
  new RegExp(source, 'gi'),
  to,
]

const rules = [
  rule(
    String.raw`-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{0,16000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?`,
  ),
  // rtsp://user:pass@camera. Passwords of cameras hold `@`, `/` and quotes as they are: up to the last `@`.
  rule(String.raw`\b(?!file:)([a-z][a-z0-9+.-]{1,20}:\/\/)\S{1,1000}@`, `$1${gone}@`),
  // Robots and links for relatives: the token is a part of the way.
  rule(
    String.raw`(\/(?:bot\/(?:v2\/)?hook|hooks?|services|answers?)\/)[\w-]{8,}(?:\/[\w-]{8,}){0,4}`,
    `$1${gone}`,
  ),
  rule(String.raw`([?&;](?:${secretParameter})=)[^&#\s"'\\]{1,2000}`, `$1${gone}`),
  rule(
    String.raw`\b(authorization\s{0,4}[:=]\s{0,4}(?:[a-z]{3,10}\s{1,4})?)[^\s"'\\,;]{3,2000}`,
    `$1${gone}`,
  ),
  rule(String.raw`\b(bearer\s{1,4})[\w.~+/=-]{6,}`, `$1${gone}`),
  rule(String.raw`\b(basic\s{1,4})[\w+/]{16,}={0,2}`, `$1${gone}`),
  rule(String.raw`\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,2000})?`),
  // {"password":"x"} as text, also as text of a text: whatever quote opened the value closes it.
  rule(
    String.raw`((\\{0,3}["'])(?:${secretWord})\2\s{0,4}:\s{0,4}(\\{0,3}["'])).{0,2000}?(?<!\\)\3`,
    `$1${gone}$3`,
  ),
  rule(String.raw`((\\{0,3}["'])(?:${secretWord})\2\s{0,4}:\s{0,4})-?\d{1,40}`, `$1"${gone}"`),
  // password=x, token: x in the words of an error.
  rule(
    String.raw`\b((?:${secretWord})\s{0,4}[=:]\s{0,4})(?!\[redacted)[^\s"'\\,;&]{3,2000}`,
    `$1${gone}`,
  ),
  // Vectors of faces: as numbers, and as base64.
  rule(String.raw`(?<![\d.])(?:${number}${gap}){${numbersMin - 1},}${number}`),
  rule(String.raw`(?<![\w+/-])[\w+/-]{160,}={0,2}`),
] as const

/** Hashes hold digits, too: they stay, and are found first. */
const hash = /^[0-9a-f]{32,}$/i
/** Identity cards of 18 digits; mobile phones, also with the code of the country and in groups; fixed ones. */
const people = new RegExp(
  [
    String.raw`\b[0-9a-f]{32,}\b`,
    String.raw`(?<![\d.])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dx](?!\d)`,
    String.raw`(?<![\d.])(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)`,
    String.raw`(?<![\d.-])0\d{2,3}-\d{7,8}(?!\d)`,
  ].join('|'),
  'gi',
)

/** Text that somebody reads in a log, without what opens something and without what says who a person is. */
function withoutSecrets(text: string): string {
  let clean = text
  for (const [pattern, to] of rules) clean = clean.replace(pattern, to)
  return clean.replace(people, (all) => (hash.test(all) ? all : gone))
}

/** A text is read so far and written so far: what repeats what came from outside may be as long as it likes. */
const readMax = 65_536
const textMax = 16_384

/** The same, however long it is. */
export function cleanText(text: string): string {
  if (text.length <= textMax) return withoutSecrets(text)
  const clean = withoutSecrets(text.slice(0, readMax))
  // Where it was cut, half a secret may stand that nothing recognises.
  const whole = text.length > readMax ? clean.slice(0, -4_000) : clean
  return `${whole.slice(0, textMax)}… (${text.length} signs)`
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'number') return withoutSecrets(String(value)) === gone ? gone : value
  if (Array.isArray(value)) return isVector(value) ? gone : value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  // What JSON makes of a typed array.
  if (fields.every(([key]) => /^\d+$/.test(key)) && isVector(Object.values(value))) return gone
  return Object.fromEntries(
    fields.map(([key, inner]) => [
      cleanText(key),
      isSecret(key) && inner !== null && typeof inner !== 'boolean' ? gone : clean(inner),
    ]),
  )
}

const isVector = (values: readonly unknown[]): boolean =>
  values.length >= numbersMin && values.every((one) => typeof one === 'number' || one === null)

/** Signs that move a terminal, end a line somewhere or turn a text around. JSON leaves these as they are. */
const unsafe = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line of a log, JSON, as it may be written: one line still, and one object. */
export function cleanLine(line: string): string {
  let fields: unknown
  try {
    fields = clean(JSON.parse(line))
  } catch {
    fields = { msg: cleanText(line) }
  }
  return `${JSON.stringify(fields).replace(unsafe, escaped)}\n`
}

/** How the log of a part is written. Handed to pino by every entry point. */
export const logOptions = (name: string, level: string) => ({
  name,
  level,
  hooks: { streamWrite: cleanLine },
})
