import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('rtsp-server.py', import.meta.url))

export interface RtspMount {
  readonly path: string
  readonly file: string
  readonly codec: 'h264' | 'h265'
}

export interface RtspServer {
  readonly port: number
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>
}

/** GStreamer's RTSP server on loopback (Debian package gir1.2-gst-rtsp-server-1.0). */
export async function startRtspServer(
  mounts: readonly RtspMount[],
  options: { port?: number; user?: string; password?: string } = {},
): Promise<RtspServer> {
  const { port = 0, user, password } = options
  const child = spawn(
    '/usr/bin/python3',
    [script, String(port), ...mounts.map(({ path, file, codec }) => `${path}=${file}:${codec}`)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...(user === undefined ? {} : { RTSP_USER: user, RTSP_PASSWORD: password ?? '' }),
      },
    },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { port: Number(line.toString().trim()), kill: () => killed(child) }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** A test pattern as a camera would encode it: a key frame twice a second. */
export function encodeClip(
  file: string,
  codec: 'h264' | 'h265',
  { seconds = 30, size = '320x240' }: { seconds?: number; size?: string } = {},
): void {
  const encoder =
    codec === 'h264'
      ? ['-c:v', 'libx264', '-g', '5']
      : ['-c:v', 'libx265', '-x265-params', 'keyint=5:log-level=none', '-tag:v', 'hvc1']
  const input = ['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10`]
  const rest = ['-t', String(seconds), '-pix_fmt', 'yuv420p', ...encoder, '-preset', 'ultrafast']
  execFileSync('ffmpeg', [...input, ...rest, file])
}

/**
 * `silent`: keeps the connection and sends nothing (half-open). `garbage`: noise in place of the
 * stream. `garbled`: the framing of RFC 2326 10.12 with noise in place of each packet's payload.
 */
export type Mischief = 'none' | 'silent' | 'garbage' | 'garbled'

export interface MischievousProxy {
  readonly port: number
  /** For what comes from the camera from now on, on connections that exist and, unless `existing`, new ones. */
  set(mischief: Mischief, only?: 'existing'): void
  connections: number
  close(): Promise<void>
}

/** Stands between gateway and camera and spoils what the camera says. */
export async function startMischief(cameraPort: number): Promise<MischievousProxy> {
  let present: Mischief = 'none'
  const lines = new Set<{ mischief: Mischief; client: Socket; camera: Socket }>()
  const server = createServer((client) => {
    proxy.connections += 1
    const line = { mischief: present, client, camera: connect(cameraPort, '127.0.0.1') }
    lines.add(line)
    const garble = garbler()
    line.camera.on('data', (chunk: Buffer) => {
      const { mischief } = line
      const framed = garble(chunk, mischief === 'garbled')
      if (mischief === 'silent') return
      client.write(mischief === 'garbage' ? randomBytes(chunk.length) : framed)
    })
    client.on('data', (chunk: Buffer) => line.camera.write(chunk))
    for (const [one, other] of [
      [client, line.camera],
      [line.camera, client],
    ] as const) {
      one.on('error', () => {})
      one.on('close', () => {
        other.destroy()
        lines.delete(line)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: MischievousProxy = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    set(mischief, only) {
      for (const line of lines) line.mischief = mischief
      present = only === 'existing' ? present : mischief
    },
    async close() {
      for (const { client, camera } of lines) {
        client.destroy()
        camera.destroy()
      }
      await new Promise((done) => server.close(done))
    },
  }
  return proxy
}

/** Follows `$ channel length` frames and, where asked, overwrites what follows the RTP header. */
function garbler(): (chunk: Buffer, spoil: boolean) => Buffer {
  let left = 0
  let at = 0
  return (chunk, spoil) => {
    const out = Buffer.from(chunk)
    for (let i = 0; i < out.length; i += 1) {
      if (left > 0) {
        if (spoil && at >= 12) out[i] = (Math.imul(i + at, 2_654_435_761) >>> 13) & 0xff
        left -= 1
        at += 1
      } else if (out[i] === 0x24 && i + 3 < out.length) {
        left = out.readUInt16BE(i + 2)
        at = 0
        i += 3
      }
    }
    return out
  }
}

/** Processes that this one has started and that still exist, zombies too: pid, state and command. */
export function childProcesses(): { pid: number; state: string; command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      const command = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(parent) === process.pid ? [{ pid: Number(name), state, command }] : []
    } catch {
      return []
    }
  })
}

export const ffmpegChildren = (): number =>
  childProcesses().filter(({ command }) => command === 'ffmpeg').length
