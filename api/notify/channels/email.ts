import { createTransport } from 'nodemailer'
import type { OutgoingAddresses } from '../../../config/outgoing-address.ts'
import type { Channel, Message, Outcome } from './channel.ts'
import { type Resolve, pin } from './http-call.ts'
import { shortened } from './http-outcome.ts'

export interface EmailOptions {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls' | 'none'
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly from: string
  readonly perMinute: number
  /** Of an authority of one's own, PEM. */
  readonly ca?: string | undefined
  /** Of one answer; all of it may take four times as long. */
  readonly timeoutMs?: number | undefined
  readonly resolve?: Resolve | undefined
}

const defaultTimeoutMs = 15_000

/** Mail over SMTP. The name is resolved and checked here; the certificate must be the name's. */
export function createEmail(addresses: OutgoingAddresses, options: EmailOptions): Channel {
  return {
    limits: [{ ms: 60_000, max: options.perMinute }],
    async send(message) {
      const pinned = await pin(options.host, addresses, options.resolve)
      if ('refused' in pinned) return pinned.refused
      const transport = createTransport(transportOf(options, pinned.address))
      try {
        // A server that says a word now and then would keep the lane busy for ever.
        const signal = AbortSignal.timeout(4 * (options.timeoutMs ?? defaultTimeoutMs))
        const mail = { ...mailOf(message, options.from), signal }
        const sent = (await transport.sendMail(mail)) as { readonly response?: string }
        return { kind: 'sent', detail: shortened(sent.response ?? '250') }
      } catch (error) {
        return outcomeOf(error)
      } finally {
        transport.close()
      }
    },
    close: async () => undefined,
  }
}

function transportOf(options: EmailOptions, address: string) {
  const { host, port, security, username, password, ca, timeoutMs = defaultTimeoutMs } = options
  return {
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { servername: host, minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca }) },
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing of a message may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

const mailOf = (message: Message, from: string) => ({
  from,
  to: message.address ?? '',
  subject: message.title,
  text: `${message.body}\n\n${message.incident}`,
  messageId: `<${message.id}@linli>`,
  headers: { 'X-Linli-Id': message.id, 'Auto-Submitted': 'auto-generated' },
})

/** 4yz asks for patience, 5yz is final [RFC 5321, 4.2.1]; everything else is the link. */
function outcomeOf(error: unknown): Outcome {
  const { code, responseCode, response, message } = error as {
    readonly code?: string
    readonly responseCode?: number
    readonly response?: string
    readonly message?: string
  }
  const detail = shortened(response ?? message ?? 'failed')
  if (code === 'EABORT') return { kind: 'retry', code: 'timeout', detail: 'did not come to an end' }
  // Of the server or of our configuration, not of this mail: somebody can mend it.
  if (code === 'EAUTH') return { kind: 'retry', code: 'smtp-auth', detail }
  if (code === 'ETLS') return { kind: 'retry', code: 'smtp-tls', detail }
  if (responseCode === undefined) return { kind: 'retry', code: code ?? 'smtp', detail }
  if (responseCode === 421) return { kind: 'retry', code: 'smtp-421', detail }
  return { kind: responseCode < 500 ? 'later' : 'failed', code: `smtp-${responseCode}`, detail }
}
