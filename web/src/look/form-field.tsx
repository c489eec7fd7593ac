import './form-field.css'
import type { ReactNode } from 'react'
import { useText } from '../text/use-text.ts'

interface FormFieldProps {
  readonly label: string
  readonly optional?: boolean
  readonly wrong?: string | null
  readonly children: ReactNode
}

export function FormField({ label, optional = false, wrong = null, children }: FormFieldProps) {
  const { t } = useText()
  return (
    <label className="form-field">
      <span className="second s13">
        {label} {optional && <span className="muted s12">{t('optional')}</span>}
      </span>
      {children}
      {wrong !== null && (
        <span className="wrong s12" role="alert">
          {wrong}
        </span>
      )}
    </label>
  )
}
