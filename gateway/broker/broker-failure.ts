import type { ErrorCode } from '../../contracts/errors.ts'

/** Why the external broker cannot be used, or not wholly. */
export interface BrokerProblem {
  readonly code: ErrorCode
  readonly detail: string
}

/** CONNACK return codes 4 and 5: the name or the password is wrong, or they may not come in [MQTT-3.2.2.3]. */
const signInRefused: ReadonlySet<unknown> = new Set([4, 5])

/** What Node and OpenSSL say of a certificate that is not trusted, not in time, or another's. */
const certificate =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_CA|ERROR_IN_CERT_|HOSTNAME_MISMATCH)/
/** The broker's alert on a client certificate that is missing, wrong or out of date [RFC 8446 6.2]. */
const clientCertificate =
  /alert (bad certificate|certificate (required|unknown|expired|revoked)|unknown ca|handshake failure)/i

/** The coded reason of a connection that failed, so that its hint can say what to mend. */
export function failureOf(error: unknown): BrokerProblem {
  const { code, message } = error as { code?: unknown; message?: string }
  const detail = typeof code === 'string' ? `${code}: ${message ?? ''}` : String(message ?? error)
  if (signInRefused.has(code)) return { code: 'broker.sign-in-refused', detail }
  if (typeof code === 'string' && certificate.test(code))
    return { code: 'broker.certificate-refused', detail }
  if (clientCertificate.test(detail)) return { code: 'broker.client-certificate-refused', detail }
  return { code: 'broker.unreachable', detail }
}
