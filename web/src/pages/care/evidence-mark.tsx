import {
  BellRing,
  DoorOpen,
  Droplet,
  Footprints,
  Heart,
  IdCard,
  type LucideIcon,
  PersonStanding,
  ScanFace,
  Zap,
} from 'lucide-react'
import { useText } from '../../text/use-text.ts'
import { isWord } from '../../text/words.ts'

const icons: Readonly<Record<string, LucideIcon>> = {
  door: DoorOpen,
  motion: PersonStanding,
  water: Droplet,
  power: Zap,
  card: IdCard,
  face: ScanFace,
  visit: Footprints,
  sos: BellRing,
}

export function EvidenceIcon({ what }: { what: string }) {
  const Icon = icons[what] ?? Heart
  return <Icon size={15} strokeWidth={1.7} color="var(--ink-3)" aria-hidden="true" />
}

/** The word for a kind of sign; unknown kinds as they come. */
export function useEvidenceWord(): (what: string) => string {
  const { t } = useText()
  return (what) => {
    const key = `care.what-${what}`
    return isWord(key) ? t(key as 'care.what-door') : what
  }
}
