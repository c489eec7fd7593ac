import Button from 'antd/es/button'
import { StateShape } from '../look/state-shape.tsx'
import { useText } from '../text/use-text.ts'
import { useSound } from './use-alarm-sound.ts'

/** The browser keeps quiet until somebody touches the page: said at once, not found out at night. */
export function SoundBanner() {
  const { t } = useText()
  const { blocked, setOn, tryOut } = useSound()
  if (!blocked) return null
  return (
    <div className="banner sound-banner" role="status">
      <StateShape kind="major" sizePx={16} />
      <span className="grow">{t('sound.blocked')}</span>
      <Button size="small" type="primary" onClick={tryOut}>
        {t('sound.allow')}
      </Button>
      <Button size="small" onClick={() => setOn(false)}>
        {t('sound.off-act')}
      </Button>
    </div>
  )
}
