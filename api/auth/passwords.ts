import { type ScryptOptions, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 32 MiB and some 80 ms per guess on the reference machine (OWASP: N=2^15, r=8, p=3 or stronger memory). */
const inService = { N: 32_768, r: 8, p: 1 } as const
const keyBytes = 32
const saltBytes = 16

export interface Passwords {
  hash(password: string): Promise<string>
  /** With null, as for an unknown user, the same work is done and the answer is false. */
  verify(password: string, stored: string | null): Promise<boolean>
}

export interface PasswordsOptions {
  /** Of new hashes; left out: as in service. Old ones are checked with their own. */
  readonly cost?: Readonly<Pick<Required<ScryptOptions>, 'N' | 'r' | 'p'>>
  /** Hashes that run at once; each takes 32 MiB and a thread of the pool. */
  readonly concurrency?: number
  /** Requests that may wait for their turn; beyond it `busy` is thrown. */
  readonly waitingMax?: number
}

export class TooBusy extends Error {}

/** Scrypt with a bound on how many run and wait. Stored as `scrypt$N$r$p$salt$key`, base64url. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const { cost = inService, concurrency = 2, waitingMax = 32 } = options
  let running = 0
  const waiting: (() => void)[] = []

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) {
      if (waiting.length >= waitingMax) throw new TooBusy('too many sign-ins at once')
      // The one that finishes hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }

  return {
    hash: (password) =>
      bounded(async () => {
        const salt = randomBytes(saltBytes)
        const key = await derive(password, salt, cost)
        return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`
      }),
    verify: (password, stored) =>
      bounded(async () => {
        const parsed = stored === null ? null : parse(stored)
        const salt = parsed?.salt ?? Buffer.alloc(saltBytes)
        const key = await derive(password, salt, parsed?.cost ?? cost)
        return parsed !== null && timingSafeEqual(key, parsed.key)
      }),
  }
}

function derive(password: string, salt: Buffer, params: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...params, maxmem: 128 * 1024 * 1024 }
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function parse(stored: string): { cost: ScryptOptions; salt: Buffer; key: Buffer } {
  const [scheme, n, r, p, salt, key] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) {
    throw new Error('invariant broken: unknown password hash')
  }
  return {
    cost: { N: Number(n), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  }
}
