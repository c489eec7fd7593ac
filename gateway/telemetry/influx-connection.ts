import { InfluxDB, type IPoint } from 'influx'
import { CodedError } from '../../contracts/errors.ts'

export interface InfluxOptions {
  /** `http://127.0.0.1:8086`; a path in it is kept. */
  readonly url: string
  /** Default `linli`. */
  readonly database?: string
  readonly username?: string
  readonly password?: string
  /** Time for one request from its start to the end of the answer, ms. Default 10,000. */
  readonly timeoutMs?: number
  /** Points in one request. Default 5,000. */
  readonly pointsPerRequest?: number
}

/** Points of a request that InfluxDB will never take, whenever they are sent. */
export class InfluxRefusal extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.name = 'InfluxRefusal'
    this.status = status
  }
}

export type Columns = readonly string[]
export interface Table {
  readonly columns: Columns
  readonly values: readonly (readonly unknown[])[]
}

interface RawAnswer {
  readonly results?: readonly { readonly series?: readonly Table[]; readonly error?: string }[]
}

const noPause = {
  getDelay: () => 0,
  next: () => noPause,
  reset: () => noPause,
}

/**
 * The npm package `influx` with what it lacks: a deadline that covers the whole answer (its own waits for
 * ever when the server dies in the middle of one), errors with our codes, and no retries or pauses of its
 * own, because the feeder has better ones.
 */
export class InfluxConnection {
  readonly #client: InfluxDB
  readonly #database: string
  readonly #timeoutMs: number

  constructor(options: InfluxOptions) {
    const url = new URL(options.url)
    this.#database = options.database ?? 'linli'
    this.#timeoutMs = options.timeoutMs ?? 10_000
    const secure = url.protocol === 'https:'
    this.#client = new InfluxDB({
      host: url.hostname,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      protocol: secure ? 'https' : 'http',
      path: url.pathname === '/' ? '' : url.pathname.replace(/\/+$/, ''),
      database: this.#database,
      username: options.username ?? '',
      password: options.password ?? '',
      pool: { maxRetries: 0, requestTimeout: this.#timeoutMs, backoff: noPause },
    })
  }

  /** Makes the database if it is not there. A user without that right is no error: somebody else made it. */
  async prepare(): Promise<void> {
    try {
      await this.#guard(this.#client.createDatabase(this.#database))
    } catch (error) {
      if (!(error instanceof InfluxRefusal) || ![401, 403].includes(error.status)) throw error
    }
  }

  /** Throws InfluxRefusal when the points are at fault, else `influx.unreachable`. */
  async write(points: IPoint[]): Promise<void> {
    await this.#guard(this.#client.writePoints(points, { precision: 'n' }))
  }

  /**
   * One statement; `$name` in it stands for a placeholder, which InfluxDB itself puts in as a value. Times come
   * back as epoch ms. Null when nothing matches.
   */
  async query(
    statement: string,
    placeholders: Readonly<Record<string, string>>,
  ): Promise<Table | null> {
    const answer = (await this.#guard(
      this.#client.queryRaw(statement, {
        database: this.#database,
        precision: 'ms',
        placeholders: { ...placeholders },
      }),
    )) as RawAnswer
    const [result] = answer.results ?? []
    if (result?.error !== undefined) throw new CodedError('influx.unreachable', result.error)
    return result?.series?.[0] ?? null
  }

  async #guard<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${this.#timeoutMs} ms`)),
        this.#timeoutMs,
      )
    })
    try {
      return await Promise.race([work, deadline])
    } catch (error) {
      throw classified(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The client's RequestError is not exported; it carries the answer in `res`. */
function classified(error: unknown): Error {
  const detail = error instanceof Error ? error.message : String(error)
  const status =
    error instanceof Error && 'res' in error
      ? (error.res as { statusCode?: number } | null)?.statusCode
      : undefined
  if (status === 400 || status === 401 || status === 403 || status === 413)
    return new InfluxRefusal(status, detail)
  return new CodedError('influx.unreachable', detail)
}
