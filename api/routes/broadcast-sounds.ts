import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError, errorTable } from '../../contracts/errors.ts'
import { BroadcastMeans, BroadcastPreview } from '../../contracts/http/broadcast.ts'
import { Slug } from '../../contracts/ids.ts'
import { isLocalOnly } from '../network-address.ts'
import type { Services } from '../services.ts'
import { sendSound } from './send-sound.ts'

type Deps = Pick<Services, 'speech' | 'linkLimiter'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const speakersOnly = { access: { roles: ['admin', 'staff'] } } as const

/** What loudspeakers fetch, how a text will sound, and what the box can do. */
export const broadcastSoundRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    fetchRoute(app, deps)
    previewRoute(app, deps)
    meansRoute(app, deps)
  }

function fetchRoute(app: App, { speech, linkLimiter }: Deps): void {
  app.get(
    '/broadcasts/sounds/:sha256.mp3',
    {
      config: { access: { open: true } },
      schema: {
        summary: 'For loudspeakers: the sound of a `speaker.play`, by the signed address in it',
        tags: ['broadcast'],
        params: Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
        querystring: Type.Object({
          community: Slug,
          device: Slug,
          until: Type.Integer({ minimum: 0 }),
          signature: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
        }),
        response: {
          200: Type.Any({ description: 'audio/mpeg' }),
          206: Type.Any({ description: 'the part of it that Range asks for' }),
          416: Type.Any({ description: 'Range lies beyond its end; no body' }),
        },
      },
    },
    async (request, reply) => {
      const { signature, ...grant } = request.query
      const { sha256 } = request.params
      if (!speech.links.holds({ sha256, ...grant }, signature)) {
        if (!linkLimiter.take(request.ip))
          throw new CodedError('auth.rate-limited', 'too many tries')
        throw new CodedError('sound.link-refused', 'expired, or not signed by this box')
      }
      return sendSound(request, reply, await speech.sounds.read(sha256))
    },
  )
}

function previewRoute(app: App, { speech }: Deps): void {
  app.post(
    '/broadcasts/preview',
    {
      config: speakersOnly,
      schema: {
        summary: 'How a text will sound; nobody else hears it',
        tags: ['broadcast'],
        body: BroadcastPreview,
        response: { 200: Type.Any({ description: 'audio/mpeg' }) },
      },
    },
    async (request, reply) => {
      const { text, language = 'zh' } = request.body
      const { sha256 } = await speech.sounds.spoken(text, language)
      return sendSound(request, reply, await speech.sounds.read(sha256))
    },
  )
}

function meansRoute(app: App, { speech }: Deps): void {
  app.get(
    '/broadcasts/means',
    {
      config: speakersOnly,
      schema: {
        summary: 'What the box can do for loudspeakers, what is missing, what it keeps',
        tags: ['broadcast'],
        response: { 200: BroadcastMeans },
      },
    },
    async () => {
      const address = speech.address()
      const missing = await speech.sounds.missing()
      const { bytes, quotaBytes } = await speech.sounds.storage()
      return {
        missing: missing.map((code) => {
          const { title, hint } = errorTable[code]
          return { code, what: title, hint }
        }),
        address,
        localOnly: address !== null && isLocalOnly(address),
        clipSecondsMax: speech.settings.clipSecondsMax,
        clipBytesMax: speech.settings.clipMegabytesMax * 1_000_000,
        storedBytes: bytes,
        quotaBytes,
        removed: speech.retention.removed,
      }
    },
  )
}
