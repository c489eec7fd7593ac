import './sign-in.css'
import type { ReactNode } from 'react'
import { errorWords } from '../../data/use-say.ts'
import { BrandMark } from '../../look/brand-mark.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { LanguageSwitch } from '../../shell/top-bar.tsx'
import { useText } from '../../text/use-text.ts'

interface PanelProps {
  readonly title: string
  readonly lead: string
  readonly children: ReactNode
}

export function Panel({ title, lead, children }: PanelProps) {
  return (
    <div className="sign-in">
      <div className="corner">
        <LanguageSwitch />
      </div>
      <div className="lead">
        <BrandMark sizePx={44} />
        <h2>{title}</h2>
        <span className="second">{lead}</span>
      </div>
      <div className="card panel">{children}</div>
    </div>
  )
}

/** A refusal in place: what is wrong and what to do. */
export function Wrong({ error, text }: { error?: unknown; text?: string | null }) {
  const { t } = useText()
  if (text === null && error === null) return null
  const words =
    text ??
    errorWords(error, t)
      .filter((part) => part !== '')
      .join(' · ')
  return (
    <div className="wrong" role="alert">
      <StateShape kind="critical" sizePx={16} />
      <span>{words}</span>
    </div>
  )
}
