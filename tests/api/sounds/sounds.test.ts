import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Broadcast, type BroadcastSettings } from '../../../config/broadcast-schema.ts'
import { dayMs, hourMs } from '../../../contracts/clock.ts'
import { type Db, openDatabase } from '../../../api/db/open.ts'
import { soundTypeOf } from '../../../api/sounds/sound-type.ts'
import { type Sounds, createSounds } from '../../../api/sounds/sounds.ts'
import { needs } from '../../support/needs.ts'
import { listen, tones, wav } from '../../support/sound.ts'

const searchPath = process.env['PATH'] ?? ''
let dir: string
let db: Db
let now: number
const opened: Sounds[] = []

const settingsOf = (more: object = {}): BroadcastSettings =>
  Value.Default(Broadcast, more) as BroadcastSettings
const open = (more: object = {}, path = searchPath): Sounds => {
  const sounds = createSounds(
    { db, clock: () => now },
    { dir, searchPath: path, settings: settingsOf(more) },
  )
  opened.push(sounds)
  return sounds
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'linli-sounds-'))
  db = await openDatabase(':memory:')
  now = Date.now()
})
afterEach(async () => {
  for (const sounds of opened.splice(0)) sounds.close()
  await db.destroy()
  rmSync(dir, { recursive: true, force: true })
})

const filesIn = (): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mp3'))

describe.runIf(needs('espeak-ng') && needs('ffmpeg'))('spoken texts', () => {
  it('are heard in both languages, in the one format that loudspeakers are given', async () => {
    const sounds = open()
    const notice = '各位居民请注意，明天上午 9 点到 11 点停水，请提前储水。'
    for (const [text, language] of [
      [notice, 'zh'],
      ['Attention please. The water is off tomorrow from nine to eleven.', 'en'],
    ] as const) {
      const { sha256, bytes, durationMs } = await sounds.spoken(text, language)
      const file = await sounds.read(sha256)
      expect(file?.length).toBe(bytes)
      const heard = listen(file ?? Buffer.alloc(0))
      expect(heard).toMatchObject({ codec: 'mp3', channels: 'mono', rate: 44_100 })
      expect(heard.seconds).toBeGreaterThan(2.5)
      expect(Math.abs(heard.seconds * 1_000 - durationMs)).toBeLessThan(150)
      // Loud enough to be heard in a stairwell, and not clipped.
      expect(heard.peakDb).toBeGreaterThan(-8)
    }
  })

  it('are made once for all who wait, kept, and made again when the file is gone', async () => {
    const sounds = open()
    const [one, two] = await Promise.all([sounds.spoken('停水', 'zh'), sounds.spoken('停水', 'zh')])
    expect([one, sounds.stats.made]).toEqual([two, 1])
    // The next start knows it.
    const later = open()
    expect([await later.spoken('停水', 'zh'), later.stats.made]).toEqual([one, 0])
    for (const file of filesIn()) rmSync(join(dir, file))
    expect((await later.spoken('停水', 'zh')).durationMs).toBe(one.durationMs)
    expect([later.stats.made, filesIn().length]).toEqual([1, 1])
    // Another voice is another sound.
    const other = open({ speech: { voices: { zh: 'yue' } } })
    expect((await other.spoken('停水', 'zh')).sha256).not.toBe(one.sha256)
  })

  it('come from any program by configuration, by file or output', async () => {
    const command = ['espeak-ng', '-b', '1', '-v', '{voice}', '-w', '{out}', '{text}']
    const sounds = open({ speech: { command } })
    const { sha256 } = await sounds.spoken('-h 不是选项', 'zh')
    expect(listen((await sounds.read(sha256)) ?? Buffer.alloc(0)).seconds).toBeGreaterThan(0.5)
  })
})

describe.runIf(needs('ffmpeg'))('a program that speaks', () => {
  it('is named when it is missing, fails, hangs or makes no sound', async () => {
    const say = (command: readonly string[]) =>
      open({ speech: { command, timeoutSeconds: 1 } }).spoken('停水', 'zh')
    await expect(say(['linli-no-voice'])).rejects.toMatchObject({ code: 'speech.missing' })
    await expect(say(['bash', '-c', 'echo no such voice >&2; exit 1'])).rejects.toMatchObject({
      code: 'speech.failed',
      message: 'no such voice',
    })
    await expect(say(['sleep', '60'])).rejects.toMatchObject({
      code: 'speech.failed',
      message: 'it took too long and was ended',
    })
    await expect(say(['echo', 'hello'])).rejects.toMatchObject({ code: 'speech.failed' })
    expect(await open({ speech: { command: ['linli-no-voice'] } }).missing()).toEqual([
      'speech.missing',
    ])
    const nowhere = open({}, '/nowhere')
    expect(await nowhere.missing()).toEqual(['speech.missing', 'sound.no-ffmpeg'])
    await expect(nowhere.brought(wav(0.5))).rejects.toMatchObject({
      code: 'sound.no-ffmpeg',
    })
    expect(readdirSync(join(dir, 'work'))).toEqual([])
  })
})

describe.runIf(needs('ffmpeg'))('clips', () => {
  it('are taken in by what they are, and all become the same kind of MP3', async () => {
    const sounds = open()
    const brought = { ...tones(['mp3', 'ogg', 'flac', 'm4a'], 1), wav: wav(1) }
    const types = { mp3: 'mp3', ogg: 'ogg', flac: 'flac', m4a: 'mov', wav: 'wav' }
    for (const [ending, type] of Object.entries(types)) {
      const bytes = brought[ending as keyof typeof brought]
      expect(soundTypeOf(bytes), ending).toBe(type)
      const { sha256, durationMs } = await sounds.brought(bytes)
      expect(Math.abs(durationMs - 1_000), ending).toBeLessThan(200)
      if (ending !== 'm4a' && ending !== 'ogg') continue
      const heard = listen((await sounds.read(sha256)) ?? Buffer.alloc(0))
      expect(heard, ending).toMatchObject({ codec: 'mp3', channels: 'mono', rate: 44_100 })
    }
  }, 60_000)

  it('are refused when they are something else, broken, or too long', async () => {
    const sounds = open({ clipSecondsMax: 2 })
    // A playlist would have ffmpeg open files and addresses of the box's network.
    const playlist = Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')
    for (const other of [playlist, Buffer.from('<html>'), Buffer.alloc(4_000), Buffer.alloc(3)])
      await expect(sounds.brought(other)).rejects.toMatchObject({
        code: 'request.unsupported-type',
      })
    const broken = Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(2_000, 7)])
    await expect(sounds.brought(broken)).rejects.toMatchObject({ code: 'sound.unreadable' })
    await expect(sounds.brought(wav(3))).rejects.toMatchObject({ code: 'sound.too-long' })
    expect((await sounds.brought(wav(2))).durationMs).toBeLessThan(2_200)
    // What was refused has left nothing on disk.
    expect(filesIn()).toHaveLength(1)
  })
})

describe.runIf(needs('ffmpeg'))('what is kept', () => {
  it('goes when nobody needs it, with what was left lying about; a clip stays', async () => {
    const sounds = open({ speech: { command: ['cat', '{text}'] } })
    const clip = await sounds.brought(wav(1))
    const loose = await sounds.brought(wav(2))
    await db
      .insertInto('broadcast_clips')
      .values({
        id: 'clp_1',
        community: 'demo',
        name: 'x',
        sound: clip.sha256,
        duration_ms: 1_000,
        source_type: 'wav',
        created_by: 'u',
        created_by_name: 'u',
        created_at: now,
        used_at: now,
      })
      .execute()
    const stray = join(dir, 'ab', `${'ab'.repeat(32)}.mp3`)
    const half = join(dir, 'work', 'job-old')
    mkdirSync(join(dir, 'ab'), { recursive: true })
    mkdirSync(half, { recursive: true })
    for (const path of [stray, join(half, 'in')]) writeFileSync(path, 'x')
    const long = new Date(now - dayMs)
    for (const path of [stray, half]) utimesSync(path, long, long)
    expect(await sounds.sweep()).toMatchObject({ sounds: 0, files: 2 })
    expect([existsSync(stray), existsSync(half)]).toEqual([false, false])
    now += 2 * hourMs
    expect(await sounds.sweep()).toEqual({ sounds: 1, bytes: loose.bytes, files: 0 })
    expect([await sounds.read(loose.sha256), (await sounds.read(clip.sha256))?.length]).toEqual([
      null,
      clip.bytes,
    ])
  })
})

describe.runIf(needs('espeak-ng') && needs('ffmpeg'))('the quota', () => {
  it('makes room by what can be made again, and never by a clip', async () => {
    const sounds = open({ soundsMegabytesMax: 10, speechDays: 30 })
    const spoken = await sounds.spoken('停水', 'zh')
    now += 2 * hourMs
    // Ten minutes of nothing much are 4.8 MB; the second fits only without the text.
    await db
      .insertInto('sounds')
      .values({
        sha256: 'c'.repeat(64),
        bytes: 10_000_000 - spoken.bytes - 1_000,
        duration_ms: 1,
        speech_key: null,
        created_at: now,
        used_at: now,
      })
      .execute()
    const fits = await sounds.brought(wav(1))
    expect(await sounds.read(spoken.sha256)).toBeNull()
    expect((await sounds.read(fits.sha256))?.length).toBe(fits.bytes)
    await expect(sounds.brought(wav(20))).rejects.toMatchObject({ code: 'sound.full' })
    expect(await sounds.storage()).toMatchObject({ quotaBytes: 10_000_000 })
    now += 31 * dayMs
    await sounds.sweep()
    expect(await sounds.storage()).toMatchObject({ bytes: 0 })
  })
})
