import { secondMs } from '../../contracts/clock.ts'
import type { FaceProof } from '../model/access.ts'

/** How long a face waits for its PIN, a PIN for its face, and a face for its terminal's word. */
export const pinWithinMs = 15 * secondMs
export const livenessWithinMs = 5 * secondMs
const personsMax = 16

interface Half {
  readonly proofs: Map<string, FaceProof>
  readonly pins: Map<string, number>
  live: { readonly live: boolean; readonly at: number } | null
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > personsMax && oldest !== undefined) map.delete(oldest)
}

/** The halves of proofs that need two, per door and resident, in any order. Monotonic ms. */
export class DoorPairing {
  readonly #doors = new Map<string, Half>()

  face(door: string, proof: FaceProof): void {
    remember(this.#of(door).proofs, proof.resident, proof)
  }

  pin(door: string, resident: string, at: number): void {
    remember(this.#of(door).pins, resident, at)
  }

  liveness(door: string, live: boolean, at: number): void {
    this.#of(door).live = { live, at }
  }

  /** Somebody went in by it: neither half counts again. */
  spend(door: string, resident: string): void {
    const half = this.#of(door)
    half.proofs.delete(resident)
    half.pins.delete(resident)
    half.live = null
  }

  faceOf(door: string, resident: string, at: number): FaceProof | null {
    const proof = this.#of(door).proofs.get(resident)
    return proof !== undefined && at - proof.at <= pinWithinMs ? proof : null
  }

  pinOf(door: string, resident: string, at: number): boolean {
    const given = this.#of(door).pins.get(resident)
    return given !== undefined && at - given <= pinWithinMs
  }

  liveOf(door: string, at: number): boolean | null {
    const { live } = this.#of(door)
    return live !== null && at - live.at <= livenessWithinMs ? live.live : null
  }

  /** The newest face that may still be waiting for its terminal. */
  waiting(door: string, at: number): FaceProof | null {
    const newest = [...this.#of(door).proofs.values()].at(-1)
    return newest !== undefined && at - newest.at <= livenessWithinMs ? newest : null
  }

  #of(door: string): Half {
    const known = this.#doors.get(door)
    if (known !== undefined) return known
    const half: Half = { proofs: new Map(), pins: new Map(), live: null }
    this.#doors.set(door, half)
    return half
  }
}
