import { isLoopback } from '../../config/env.ts'
import type { RunFile } from './home.ts'
import type { ListenerPlan } from './listener-plan.ts'

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** An address that reaches the listener from this machine. */
const here = (host: string): string => (isWildcard(host) ? '127.0.0.1' : host)

const at = (scheme: string, host: string, port: number): string =>
  `${scheme}://${bracketed(host)}:${port}`

/** An external broker's address without the user and password that may stand in it. */
function withoutSecrets(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}

/** The addresses of `run.json`: such as reach the listeners from this machine. */
export function addressesOf(plan: ListenerPlan, brokerUrl: string | null): Omit<RunFile, 'pid'> {
  const mqtt =
    plan.mqtt === null
      ? withoutSecrets(brokerUrl ?? 'mqtt://127.0.0.1')
      : at('mqtt', here(plan.mqtt.host), plan.mqtt.port)
  return {
    http: at('http', here(plan.http.host), plan.http.port),
    mqtt,
    ...(plan.https === null ? {} : { https: at('https', here(plan.https.host), plan.https.port) }),
    ...(plan.mqtts === null ? {} : { mqtts: at('mqtts', here(plan.mqtts.host), plan.mqtts.port) }),
  }
}

/** Where other machines reach the pages: by TLS on the first address that is not loopback; else null. */
export function networkAddress(plan: ListenerPlan, addresses: readonly string[]): string | null {
  if (plan.https === null || isLoopback(plan.https.host)) return null
  const host = isWildcard(plan.https.host)
    ? addresses.find((address) => !isLoopback(address) && !address.includes(':'))
    : plan.https.host
  return host === undefined ? null : at('https', host, plan.https.port)
}
