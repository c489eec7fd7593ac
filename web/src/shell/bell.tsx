import { Bell as BellIcon, BellOff } from 'lucide-react'
import { NavLink } from 'react-router'
import { useOpenNotices } from '../data/use-notices.ts'
import { onePerIncident } from '../pages/notices/notices-model.ts'
import { useSound } from '../sound/use-alarm-sound.ts'
import { useText } from '../text/use-text.ts'

const countMax = 99

/** How many alarms nobody has in hand; red where one of them is critical. */
export function Bell() {
  const { t } = useText()
  const { on } = useSound()
  const open = onePerIncident(useOpenNotices().data?.items ?? [])
  const hot = open.some(({ severity }) => severity === 'critical')
  const Icon = on ? BellIcon : BellOff
  const words = [
    t('nav.notices'),
    open.length === 0 ? t('notices.none-open') : t('notices.open-count', { n: open.length }),
    on ? '' : t('sound.is-off'),
  ]
  const label = words.filter((word) => word !== '').join(' · ')
  return (
    <NavLink to="/notices" className="bell" aria-label={label} title={label}>
      <Icon size={18} strokeWidth={1.7} aria-hidden="true" />
      {open.length > 0 && (
        <span className={hot ? 'count hot' : 'count'} data-count={open.length}>
          {open.length > countMax ? `${countMax}+` : open.length}
        </span>
      )}
    </NavLink>
  )
}
