import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const rateHz = 8_000

/** A tone of 440 Hz as a WAV, made on the spot: tests carry no media. */
export function wav(seconds: number): Buffer {
  const samples = Math.round(rateHz * seconds)
  const bytes = Buffer.alloc(44 + 2 * samples)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(36 + 2 * samples, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(rateHz, 24)
  bytes.writeUInt32LE(2 * rateHz, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(2 * samples, 40)
  for (let at = 0; at < samples; at += 1)
    bytes.writeInt16LE(Math.round(9_000 * Math.sin((2 * Math.PI * 440 * at) / rateHz)), 44 + 2 * at)
  return bytes
}

function ffmpeg(args: readonly string[], input: Uint8Array): string {
  const run = spawnSync('ffmpeg', args, { input, maxBuffer: 1e8 })
  if (run.status !== 0) throw new Error(`ffmpeg: ${run.stderr.toString()}`)
  return run.stderr.toString()
}

/** The same tone in other formats, all by one ffmpeg. */
export function tones<Ending extends string>(
  endings: readonly Ending[],
  seconds: number,
): Record<Ending, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-tone-'))
  try {
    const files = endings.map((ending) => join(folder, `tone.${ending}`))
    ffmpeg(['-v', 'error', '-i', 'pipe:0', ...files], wav(seconds))
    const read = endings.map((ending, at) => [ending, readFileSync(files[at] ?? '')])
    return Object.fromEntries(read) as Record<Ending, Buffer>
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Heard {
  readonly codec: string
  readonly channels: string
  readonly rate: number
  readonly seconds: number
  /** Loudness of the loudest moment, dB; silence is far below -60. */
  readonly peakDb: number
}

/** What an ear would make of it: decoded by ffmpeg, which need not believe our headers. */
export function listen(sound: Uint8Array): Heard {
  const folder = mkdtempSync(join(tmpdir(), 'linli-ear-'))
  try {
    const out = join(folder, 'raw')
    const form = ['-f', 's16le', '-ac', '1', '-ar', String(rateHz), out]
    const said = ffmpeg(['-hide_banner', '-i', 'pipe:0', ...form], sound)
    const [, codec = '', rate, channels = ''] =
      /Stream #0:0.*?: Audio: (\w+).*?, (\d+) Hz, (\w+)/.exec(said) ?? []
    const samples = readFileSync(out)
    let peak = 1
    for (let at = 0; at + 1 < samples.length; at += 2)
      peak = Math.max(peak, Math.abs(samples.readInt16LE(at)))
    const seconds = samples.length / 2 / rateHz
    return { codec, channels, rate: Number(rate), seconds, peakDb: 20 * Math.log10(peak / 32_768) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
