import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceState } from './devices/measure.ts'

/**
 * What the simulator must remember between two runs on the same home: passwords, card codes, each
 * device's credential, and how far each device has counted. Readable by its owner only.
 */
export interface Memory {
  adminPassword: string
  /** Passwords of the staff accounts, by user name. */
  passwords: Record<string, string>
  /** Card codes by key of the cast. */
  cards: Record<string, string>
  /** Residents whose face was enrolled. */
  faces?: readonly string[]
  mqtt: Record<string, { readonly username: string; readonly password: string }>
  devices: Record<string, DeviceState>
  /** False while a run is on; still false at the next start, the last `seq` may be older than what was sent. */
  stoppedCleanly: boolean
}

export interface MemoryStore {
  readonly memory: Memory
  /** True where this home has been played before. */
  readonly known: boolean
  save(): void
}

/** After a run that was killed, each device jumps ahead by this: a gap is honest, a repeated `seq` is not. */
export const seqJump = 1_000

const fileName = 'simulator.json'

export function openMemory(home: string, newPassword: () => string): MemoryStore {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const file = join(home, fileName)
  const known = existsSync(file)
  const memory: Memory = known
    ? (JSON.parse(readFileSync(file, 'utf8')) as Memory)
    : {
        adminPassword: newPassword(),
        passwords: {},
        cards: {},
        mqtt: {},
        devices: {},
        stoppedCleanly: true,
      }
  if (!memory.stoppedCleanly) {
    for (const [id, state] of Object.entries(memory.devices))
      memory.devices[id] = { ...state, seq: state.seq + seqJump }
  }
  return {
    memory,
    known,
    save() {
      const draft = `${file}.new`
      writeFileSync(draft, JSON.stringify(memory), { mode: 0o600 })
      chmodSync(draft, 0o600)
      renameSync(draft, file)
    },
  }
}
