import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Closing, eventually, openSources, tcpServer } from '../gateway/cameras/source-support.ts'
import { needs } from '../support/needs.ts'
import {
  childProcesses,
  encodeClip,
  type Mischief,
  type RtspServer,
  startMischief,
  startRtspServer,
} from '../support/rtsp-server.ts'

const recoverMs = 30_000
const closing = new Closing()
let folder: string
let camera: RtspServer
const zombies = () => childProcesses().filter(({ state }) => state === 'Z')
const ffmpegs = () => childProcesses().filter(({ command }) => command === 'ffmpeg')

describe.runIf(needs('ffmpeg') && needs('gst-rtsp-server'))(
  'check 30: a camera that fails is back within 30 s, and no other one notices',
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'linli-faults-'))
      encodeClip(join(folder, 'clip.mp4'), 'h264', { seconds: 120 })
      camera = await startRtspServer([
        { path: '/live', file: join(folder, 'clip.mp4'), codec: 'h264' },
      ])
    })
    afterEach(() => closing.all())
    afterAll(async () => {
      await camera.kill()
      await rm(folder, { recursive: true, force: true })
    })

    test('stalls, noise in place of H.264 and half-open TCP are noticed and mended', async () => {
      const faults: Mischief[] = ['silent', 'garbage', 'garbled']
      const proxies = await Promise.all(faults.map(() => startMischief(camera.port)))
      for (const proxy of proxies) closing.add(() => proxy.close())
      const source = (port: number) => ({
        source: `rtsp://127.0.0.1:${port}/live`,
        staleAfterMs: 5_000,
      })
      const { sources, framesOf, statsOf, problemOf } = openSources(
        {
          healthy: source(camera.port),
          ...Object.fromEntries(faults.map((fault, i) => [fault, source(proxies[i]?.port ?? 0)])),
        },
        closing,
      )
      await sources.refresh()
      await eventually(
        () => ['healthy', ...faults].every((name) => framesOf(name).length >= 2),
        'pictures of all four',
      )
      const processesBefore = ffmpegs().map(({ pid }) => pid)
      expect(processesBefore).toHaveLength(4)
      const healthyBefore = framesOf('healthy').length
      const begun = Date.now()
      faults.forEach((fault, i) => {
        proxies[i]?.set(fault, 'existing')
      })
      const told = new Map<string, string>()
      const backAfterMs = new Map<string, number>()
      const framesAtFault = new Map(faults.map((fault) => [fault, framesOf(fault).length]))
      await eventually(
        () => {
          for (const fault of faults) {
            const detail = problemOf(fault)?.detail
            if (detail !== undefined) {
              told.set(fault, detail)
              framesAtFault.set(fault, framesOf(fault).length)
            } else if (told.has(fault) && framesOf(fault).length > (framesAtFault.get(fault) ?? 0))
              if (!backAfterMs.has(fault)) backAfterMs.set(fault, Date.now() - begun)
          }
          return backAfterMs.size === faults.length
        },
        'all back',
        recoverMs,
      )
      for (const fault of faults) expect(backAfterMs.get(fault)).toBeLessThan(recoverMs)
      for (const fault of faults) expect(statsOf(fault)?.restarts, fault).toBeGreaterThanOrEqual(1)
      // The one beside them has lost nothing: two key frames a second, never restarted.
      expect(statsOf('healthy')?.restarts).toBe(0)
      const seconds = (Date.now() - begun) / 1_000
      expect(framesOf('healthy').length - healthyBefore).toBeGreaterThan(seconds * 1.5)
      // Each restart was a fresh process, the old one is gone, and nothing is left half dead.
      const now = ffmpegs().map(({ pid }) => pid)
      expect(now).toHaveLength(4)
      expect(now.filter((pid) => processesBefore.includes(pid))).toHaveLength(1)
      expect(zombies()).toEqual([])
      await sources.close()
      expect(ffmpegs()).toEqual([])
    })

    test('a server that dies and comes back is seen again; until then the reason is told', async () => {
      const mount = { path: '/live', file: join(folder, 'clip.mp4'), codec: 'h264' } as const
      const mortal = await startRtspServer([mount])
      closing.add(() => mortal.kill())
      const { sources, framesOf, problemOf, statsOf } = openSources(
        { gate: { source: `rtsp://127.0.0.1:${mortal.port}/live`, staleAfterMs: 5_000 } },
        closing,
      )
      await sources.refresh()
      await eventually(() => framesOf('gate').length >= 2, 'pictures')
      await mortal.kill()
      await eventually(() => problemOf('gate') !== null, 'the problem')
      await eventually(() => (statsOf('gate')?.restarts ?? 0) >= 2, 'two attempts')
      const before = framesOf('gate').length
      const again = await startRtspServer([mount], { port: mortal.port })
      closing.add(() => again.kill())
      const backMs = await eventually(() => framesOf('gate').length > before, 'back', recoverMs)
      expect(backMs).toBeLessThan(recoverMs)
      expect(problemOf('gate')).toBeNull()
      expect(zombies()).toEqual([])
    })

    test('a server that accepts and says nothing is given up, again and again, with one process at a time', async () => {
      const mute = await tcpServer(() => {}, closing)
      const { sources, problemOf, logged } = openSources(
        {
          gate: { source: `rtsp://u:geheim@127.0.0.1:${mute.port}/live`, staleAfterMs: 5_000 },
          yard: { source: `rtsp://127.0.0.1:${camera.port}/live`, staleAfterMs: 5_000 },
        },
        closing,
      )
      await sources.refresh()
      await eventually(() => mute.connections >= 2, 'a second attempt')
      expect(problemOf('gate')).toMatchObject({ code: 'ffmpeg.failed' })
      expect(problemOf('yard')).toBeNull()
      expect(ffmpegs().length).toBeLessThanOrEqual(2)
      expect(zombies()).toEqual([])
      expect(logged.join()).not.toMatch(/geheim/)
    })
  },
)
