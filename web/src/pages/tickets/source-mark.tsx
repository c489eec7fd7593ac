import {
  Camera,
  Cctv,
  Cpu,
  FileDown,
  Footprints,
  Heart,
  House,
  type LucideIcon,
  Phone,
} from 'lucide-react'
import { useText } from '../../text/use-text.ts'
import type { SourceKind } from './inbox-model.ts'

const icons: Readonly<Record<SourceKind, LucideIcon>> = {
  machine: Cpu,
  camera: Cctv,
  care: Heart,
  staff: House,
  grid: Footprints,
  resident: Camera,
  hotline: Phone,
  import: FileDown,
}

export function SourceMark({ kind, sizePx = 16 }: { kind: SourceKind; sizePx?: number }) {
  const { t } = useText()
  const Icon = icons[kind]
  return (
    <>
      <Icon size={sizePx} strokeWidth={1.7} aria-hidden="true" />
      {t(`source.${kind}`)}
    </>
  )
}
