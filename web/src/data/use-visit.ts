import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { VisitItem } from '../../../contracts/http/care.ts'
import type { VisitCreate } from '../../../contracts/http/people.ts'
import { asJpeg } from './photo-jpeg.ts'
import { keys } from './queries.ts'
import { useClient } from './use-client.ts'

export interface VisitDraft {
  readonly body: VisitCreate
  readonly photos: readonly File[]
  /** Id of the visit where it is on record already, and only photos are sent again. */
  readonly saved: string | null
}

export interface VisitSaved {
  readonly visit: string
  /** Photos that were not kept, and why. */
  readonly left: readonly { readonly photo: File; readonly error: unknown }[]
}

/** Records a visit, then sends its photos one by one: a photo that is refused costs nobody the visit. */
export function useSaveVisit(
  resident: string,
  after: { saved: (result: VisitSaved) => void; failed: (error: unknown) => void },
) {
  const client = useClient()
  const cache = useQueryClient()
  const path = `/care/${encodeURIComponent(resident)}/visits`
  return useMutation({
    mutationFn: async ({ body, photos, saved }: VisitDraft): Promise<VisitSaved> => {
      const visit = saved ?? (await client.send<VisitItem>('POST', path, body)).id
      const left: VisitSaved['left'][number][] = []
      for (const photo of photos) {
        try {
          await client.upload(`${path}/${encodeURIComponent(visit)}/photos`, await asJpeg(photo))
        } catch (error) {
          left.push({ photo, error })
        }
      }
      return { visit, left }
    },
    onSuccess: (result) => {
      void cache.invalidateQueries({ queryKey: keys.care })
      after.saved(result)
    },
    onError: after.failed,
  })
}
