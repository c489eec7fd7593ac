import { useText } from '../../text/use-text.ts'

const box = { x: 0.5, y: 0.5, width: 25, height: 11, stroke: '#C3CAD5' } as const

export function CareLegend({ shown, total }: { shown: number; total: number }) {
  const { t } = useText()
  return (
    <div className="care-legend">
      <b>{t('care.legend')}</b>
      <span className="row">
        <svg width="26" height="12" aria-hidden="true">
          <rect width="26" height="12" rx="1.5" fill="var(--covered)" />
        </svg>
        {t('care.legend-seen')}
      </span>
      <span className="row">
        <svg width="26" height="12" aria-hidden="true">
          <rect {...box} fill="url(#hatch)" />
        </svg>
        {t('care.legend-hole')}
      </span>
      <span className="row">
        <svg width="26" height="12" aria-hidden="true">
          <rect {...box} fill="url(#away-dots)" />
        </svg>
        {t('care.legend-away')}
      </span>
      <span className="row">
        <svg width="8" height="16" aria-hidden="true">
          <rect x="3" y="1" width="2" height="14" rx="1" fill="#18212F" />
        </svg>
        {t('care.legend-tick')}
      </span>
      <span className="row">
        <svg width="12" height="18" aria-hidden="true">
          <rect x="4.8" y="4" width="2.5" height="14" fill="#18212F" />
          <circle cx="6" cy="4.5" r="3.6" fill="#F0B24A" stroke="#18212F" strokeWidth="1.5" />
        </svg>
        {t('care.legend-lamp')}
      </span>
      <span className="row">
        <svg width="26" height="4" aria-hidden="true">
          <rect width="26" height="3" rx="1.5" fill="#B8791F" />
        </svg>
        {t('care.legend-unseen')}
      </span>
      <span className="grow" />
      <span className="muted">{t('care.shown', { n: shown, total })}</span>
    </div>
  )
}
