import {
  Activity,
  Camera,
  Cpu,
  Heart,
  Inbox,
  LogOut,
  type LucideIcon,
  Megaphone,
} from 'lucide-react'
import { NavLink } from 'react-router'
import type { Account } from '../../../contracts/http/auth.ts'
import { mayAsk, type Subject } from '../data/may-ask.ts'
import { BrandMark } from '../look/brand-mark.tsx'
import { useText } from '../text/use-text.ts'
import type { WordKey } from '../text/words.ts'
import { type NavCount, useNavCounts } from './use-nav-counts.ts'
import { useSignOut } from './use-sign-out.ts'

type NavWord = Extract<WordKey, `nav.${string}`>

interface NavItem {
  readonly to: string
  readonly word: NavWord
  readonly icon: LucideIcon
  /** A heading before it. */
  readonly section?: NavWord
  /** Shown to those who may ask for it. */
  readonly subject?: Subject
}

const items: readonly NavItem[] = [
  { to: '/tickets', word: 'nav.tickets', icon: Inbox, section: 'nav.today' },
  { to: '/care', word: 'nav.care', icon: Heart, subject: 'care' },
  { to: '/broadcast', word: 'nav.broadcast', icon: Megaphone, subject: 'broadcast' },
  {
    to: '/cameras',
    word: 'nav.cameras',
    icon: Camera,
    section: 'nav.watching',
    subject: 'cameras',
  },
  { to: '/devices', word: 'nav.devices', icon: Cpu, subject: 'devices' },
  { to: '/health', word: 'nav.health', icon: Activity, section: 'nav.box' },
]

export function SideNav({ me }: { me: Account }) {
  const { t } = useText()
  const counts = useNavCounts()
  const signOut = useSignOut()
  const shown = items.filter(({ subject }) => subject === undefined || mayAsk(me.role, subject))
  return (
    <div className="side">
      <div className="mark">
        <BrandMark />
        {t('app.name')}
      </div>
      <nav>
        {shown.map((item) => (
          <Item key={item.to} item={item} count={counts[item.to]} />
        ))}
      </nav>
      <div className="me">
        <span className="avatar">{me.name.slice(0, 1)}</span>
        <div className="s13 grow">
          <div className="clip">{me.name}</div>
          <div className="muted s12">{t(`role.${me.role}`)}</div>
        </div>
        <button
          type="button"
          className="plain muted"
          aria-label={t('nav.sign-out')}
          title={t('nav.sign-out')}
          onClick={signOut}
        >
          <LogOut size={18} strokeWidth={1.7} />
        </button>
      </div>
    </div>
  )
}

function Item({ item, count }: { item: NavItem; count: NavCount | undefined }) {
  const { t } = useText()
  const Icon = item.icon
  return (
    <>
      {item.section !== undefined && <h6>{t(item.section)}</h6>}
      <NavLink to={item.to}>
        <Icon size={18} strokeWidth={1.7} aria-hidden="true" />
        <span>{t(item.word)}</span>
        {count !== undefined && (
          <span className={count.hot ? 'count hot' : 'count'}>{count.text}</span>
        )}
      </NavLink>
    </>
  )
}
