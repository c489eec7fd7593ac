import { useMutation, useQueryClient } from '@tanstack/react-query'
import AntApp from 'antd/es/app'
import { X } from 'lucide-react'
import type { VisitItem } from '../../../../contracts/http/care.ts'
import { apiUrl } from '../../data/client.ts'
import { keys, useMe } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'

interface VisitPhotosProps {
  readonly visit: VisitItem
}

/** What was photographed at a visit; whoever made the visit, and staff, may take a photo back for good. */
export function VisitPhotos({ visit }: VisitPhotosProps) {
  const { t } = useText()
  const { modal } = AntApp.useApp()
  const me = useMe().data ?? null
  const remove = useRemovePhoto(visit)
  if (visit.photos.length === 0) return null
  const mayRemove =
    me?.role === 'admin' || me?.role === 'staff' || (me?.role === 'grid' && me.id === visit.by.id)
  const ask = (sha256: string, name: string): void => {
    modal.confirm({
      title: t('visit.photo-remove-ask', { name }),
      content: t('visit.photo-remove-text'),
      okText: t('visit.photo-remove'),
      cancelText: t('cancel'),
      onOk: () => remove.mutateAsync(sha256).catch(() => undefined),
    })
  }
  return (
    <div className="row wrap">
      {visit.photos.map(({ sha256 }, i) => {
        const name = t('visit.photo-n', { n: i + 1 })
        const url = apiUrl(`/evidence/${sha256}.jpg`)
        return (
          <span key={sha256} className="photo">
            <a target="_blank" rel="noreferrer" href={url}>
              <img loading="lazy" src={url} alt={name} />
            </a>
            {mayRemove && (
              <button
                type="button"
                aria-label={t('visit.photo-remove-n', { name })}
                onClick={() => ask(sha256, name)}
              >
                <X size={14} strokeWidth={2} aria-hidden="true" />
              </button>
            )}
          </span>
        )
      })}
    </div>
  )
}

function useRemovePhoto({ resident, id }: VisitItem) {
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const { t } = useText()
  return useMutation({
    mutationFn: (sha256: string) =>
      client.send(
        'DELETE',
        `/care/${encodeURIComponent(resident)}/visits/${encodeURIComponent(id)}/photos/${sha256}`,
      ),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.care })
      say.done(t('visit.photo-removed'))
    },
    onError: say.failed,
  })
}
