import { Environment } from '@marcbachmann/cel-js'
import { CodedError } from '../../../contracts/errors.ts'
import type { Channel, Message } from './channel.ts'
import type { CallHttp } from './http-call.ts'
import { jsonOf, refusedByStatus, shortened } from './http-outcome.ts'

export interface SmsOptions {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly secret?: string | undefined
  readonly success: string
  readonly perMinute: number
}

type Fields = Readonly<Record<string, string>>

/** Any gateway that takes short messages over HTTP, as a template. An expression says what success is. */
export function createSms(deps: { readonly call: CallHttp }, options: SmsOptions): Channel {
  const succeeded = compile(options)
  return {
    limits: [{ ms: 60_000, max: options.perMinute }],
    async send(message) {
      const fields = fieldsOf(message, options)
      const json = /json/i.test(headerOf(options.headers, 'content-type') ?? '')
      const called = await deps.call({
        url: filled(options.url, fields, encodeURIComponent),
        method: options.method,
        headers: Object.fromEntries(
          Object.entries(options.headers).map(([key, value]) => [
            key,
            filled(value, fields, oneLine),
          ]),
        ),
        body:
          options.body === undefined
            ? null
            : filled(options.body, fields, json ? insideJson : encodeURIComponent),
      })
      if ('refused' in called) return called.refused
      const { answer } = called
      const { status, text } = answer
      if (succeeded({ status, text, json: jsonOf(text) ?? {} }))
        return { kind: 'sent', detail: `HTTP ${status}` }
      return (
        refusedByStatus(answer) ?? { kind: 'failed', code: 'sms-refused', detail: shortened(text) }
      )
    },
    close: async () => undefined,
  }
}

const fieldsOf = (message: Message, { secret = '' }: SmsOptions): Fields => ({
  phone: message.address ?? '',
  text: `${message.title} ${message.body}`.trim(),
  title: message.title,
  id: message.id,
  secret,
})

/** `{phone}` and its like, each escaped for where it stands; what is unknown stays as it is. */
const filled = (template: string, fields: Fields, escape: (value: string) => string): string =>
  template.replaceAll(/\{(phone|text|title|id|secret)\}/g, (_all, name: string) =>
    escape(fields[name] ?? ''),
  )

const insideJson = (value: string): string => JSON.stringify(value).slice(1, -1)
const oneLine = (value: string): string => value.replaceAll(/[^\t\u0020-\u007e]/g, ' ')

const headerOf = (headers: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]

interface Answered {
  readonly status: number
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/** @throws CodedError `config.invalid` where the expression cannot be read */
function compile({ name, success }: SmsOptions): (answered: Answered) => boolean {
  const environment = new Environment()
    .registerVariable('status', 'int')
    .registerVariable('text', 'string')
    .registerVariable('json', 'dyn')
  let parsed: (context: Record<string, unknown>) => unknown
  try {
    parsed = environment.parse(success)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('config.invalid', `notify channel ${name}: success: ${reason}`)
  }
  return ({ status, text, json }) => {
    try {
      return parsed({ status: BigInt(status), text, json }) === true
    } catch {
      // A field that the answer does not have is no success.
      return false
    }
  }
}
