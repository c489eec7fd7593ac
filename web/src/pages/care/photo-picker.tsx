import Button from 'antd/es/button'
import { Camera, X } from 'lucide-react'
import { useCallback, useRef } from 'react'
import type { limits } from '../../../../contracts/limits.ts'
import { useText } from '../../text/use-text.ts'

interface PhotoPickerProps {
  readonly photos: readonly File[]
  readonly onChange: (photos: readonly File[]) => void
}

const photosMax: (typeof limits)['photosPerVisitMax'] = 4

/** Photos that will be sent with a visit; on a telephone it offers the camera. */
export function PhotoPicker({ photos, onChange }: PhotoPickerProps) {
  const { t } = useText()
  const input = useRef<HTMLInputElement>(null)
  const take = (files: FileList | null) => {
    onChange([...photos, ...(files ?? [])].slice(0, photosMax))
    // The same file may be chosen again after it was taken out.
    if (input.current !== null) input.current.value = ''
  }
  return (
    <div className="photo-picker">
      <span className="second s13">{t('visit.photos')}</span>
      <div className="row wrap">
        {photos.map((photo, i) => (
          <Preview
            key={`${photo.name} ${photo.size} ${photo.lastModified}`}
            photo={photo}
            label={t('visit.photo-n', { n: i + 1 })}
            onRemove={() => onChange(photos.filter((one) => one !== photo))}
          />
        ))}
        {photos.length < photosMax && (
          <Button
            icon={<Camera size={16} strokeWidth={1.7} />}
            onClick={() => input.current?.click()}
          >
            {t('visit.photo-add')}
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label={t('visit.photo-add')}
        onChange={(event) => take(event.target.files)}
      />
      <span className="muted s12">{t('visit.photo-hint')}</span>
    </div>
  )
}

interface PreviewProps {
  readonly photo: File
  readonly label: string
  readonly onRemove: () => void
}

function Preview({ photo, label, onRemove }: PreviewProps) {
  const { t } = useText()
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(photo)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [photo],
  )
  return (
    <span className="photo">
      <img ref={show} alt={label} />
      <button type="button" aria-label={t('visit.photo-out', { name: label })} onClick={onRemove}>
        <X size={14} strokeWidth={2} aria-hidden="true" />
      </button>
    </span>
  )
}
