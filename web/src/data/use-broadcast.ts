import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Static } from 'typebox'
import type {
  BroadcastCreate,
  BroadcastDetail,
  BroadcastItem,
  BroadcastMeans,
  BroadcastSpeaker,
  BroadcastTemplateItem,
  ClipItem,
} from '../../../contracts/http/broadcast.ts'
import type { ListAnswer } from '../../../contracts/http/system.ts'
import { useText } from '../text/use-text.ts'
import { askForBytes, sendFile } from './bytes.ts'
import { useClient } from './use-client.ts'

export type Template = Static<typeof BroadcastTemplateItem>

const keys = {
  all: ['broadcast'],
  list: ['broadcast', 'list'],
  one: (id: string) => ['broadcast', 'one', id],
  speakers: ['broadcast', 'speakers'],
  clips: ['broadcast', 'clips'],
  templates: ['broadcast', 'templates'],
  means: ['broadcast', 'means'],
} as const

/** While something is heard the page follows it; else it looks now and then. */
const pace = (busy: boolean): number => (busy ? 1_000 : 10_000)
/** Loudspeakers may still sound so long after they began. */
const soundingMs = 3 * 60_000

const isFresh = ({ state, lastRunAt }: BroadcastItem): boolean =>
  state === 'speaking' || (lastRunAt !== null && Date.now() - lastRunAt < soundingMs)

export function useBroadcasts() {
  const client = useClient()
  return useQuery({
    queryKey: keys.list,
    queryFn: () => client.get<ListAnswer<BroadcastItem>>('/broadcasts', { limit: 50 }),
    refetchInterval: ({ state }) => pace(state.data?.items.some(isFresh) ?? false),
  })
}

export function useBroadcast(id: string, busy: boolean) {
  const client = useClient()
  return useQuery({
    queryKey: keys.one(id),
    queryFn: () => client.get<BroadcastDetail>(`/broadcasts/${encodeURIComponent(id)}`),
    refetchInterval: pace(busy),
  })
}

export function useSpeakers(busy: boolean) {
  const client = useClient()
  return useQuery({
    queryKey: keys.speakers,
    queryFn: () => client.get<ListAnswer<BroadcastSpeaker>>('/broadcasts/speakers'),
    refetchInterval: busy ? 2_000 : 10_000,
  })
}

export function useTemplates() {
  const client = useClient()
  return useQuery({
    queryKey: keys.templates,
    queryFn: () => client.get<ListAnswer<Template>>('/broadcasts/templates'),
    staleTime: 10 * 60_000,
  })
}

export function useClips(wanted: boolean) {
  const client = useClient()
  return useQuery({
    queryKey: keys.clips,
    queryFn: () => client.get<ListAnswer<ClipItem>>('/broadcasts/clips', { limit: 200 }),
    enabled: wanted,
  })
}

export function useMeans() {
  const client = useClient()
  return useQuery({
    queryKey: keys.means,
    queryFn: () => client.get<BroadcastMeans>('/broadcasts/means'),
    refetchInterval: 60_000,
  })
}

interface After<Answer> {
  readonly done: (answer: Answer) => void
  readonly failed: (error: unknown) => void
}

function useAct<Asked, Answer>(act: (asked: Asked) => Promise<Answer>, after: After<Answer>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      void cache.invalidateQueries({ queryKey: keys.all })
      after.done(answer)
    },
    onError: after.failed,
  })
}

export function useSpeak(after: After<BroadcastDetail>) {
  const client = useClient()
  return useAct(
    (body: BroadcastCreate) => client.send<BroadcastDetail>('POST', '/broadcasts', body),
    after,
  )
}

export function useStop(after: After<BroadcastDetail>) {
  const client = useClient()
  return useAct(
    (id: string) =>
      client.send<BroadcastDetail>('POST', `/broadcasts/${encodeURIComponent(id)}/cancel`, {}),
    after,
  )
}

export function useBringClip(after: After<ClipItem>) {
  const { language } = useText()
  return useAct((file: File) => {
    const name = file.name.replace(/\.[^.]{1,5}$/, '').slice(0, 200) || file.name
    return sendFile<ClipItem>('/broadcasts/clips', file, { name }, language)
  }, after)
}

export function useDeleteClip(after: After<ClipItem>) {
  const client = useClient()
  return useAct(async (clip: ClipItem) => {
    await client.send('DELETE', `/broadcasts/clips/${encodeURIComponent(clip.id)}`)
    return clip
  }, after)
}

/** How a text sounds, to whoever asks and nobody else. */
export function usePreview(after: After<Blob>) {
  const { language: ui } = useText()
  return useMutation({
    mutationFn: (asked: { readonly text: string; readonly language: 'zh' | 'en' }) =>
      askForBytes('/broadcasts/preview', asked, ui),
    onSuccess: after.done,
    onError: after.failed,
  })
}
