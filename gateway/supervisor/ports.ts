import { createServer, type Server } from 'node:net'
import { CodedError } from '../../contracts/errors.ts'
import type { Listener } from './listener-plan.ts'

/** A listener and the variable that a person would change. */
export interface Wish extends Listener {
  readonly variable: string
}

const listen = (wish: Wish): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(wish, error)))
    server.listen({ host: wish.host, port: wish.port, exclusive: true }, () => resolve(server))
  })

function refusal(wish: Wish, error: NodeJS.ErrnoException): CodedError {
  const where = `${wish.host}:${wish.port}`
  const extra = { variable: wish.variable, port: wish.port }
  if (error.code === 'EADDRINUSE')
    return new CodedError('port.in-use', `${wish.variable}: ${where} is taken`, extra)
  if (error.code === 'EACCES')
    return new CodedError('config.invalid', `${wish.variable}: no right to open ${where}`, extra)
  return new CodedError('config.invalid', `LINLI_BIND: ${where}: ${error.message}`, extra)
}

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * Turns each wish into a concrete port that is free now: 0 becomes any free one, so that restarts keep
 * it. All are held at once, so that no port is given twice. Throws `port.in-use`, or `config.invalid`
 * where the address or the right to it is lacking.
 */
export async function resolvePorts(wishes: readonly Wish[]): Promise<number[]> {
  const held: Server[] = []
  try {
    for (const wish of wishes) held.push(await listen(wish))
    return held.map(portOf)
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

/**
 * The same, asked again for a while: after a kill -9 of the parent, the children of the last run need
 * a moment to notice.
 */
export async function resolvePortsWithin(
  wishes: readonly Wish[],
  patienceMs: number,
  sleep: (ms: number) => Promise<unknown>,
): Promise<number[]> {
  const stepMs = 100
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    try {
      return await resolvePorts(wishes)
    } catch (error) {
      const busy = error instanceof CodedError && error.code === 'port.in-use'
      if (!busy || waitedMs >= patienceMs) throw error
      await sleep(stepMs)
    }
  }
}
