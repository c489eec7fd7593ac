import { useText } from '../../text/use-text.ts'

export function KeyLegend() {
  const { t } = useText()
  return (
    <div className="keys" aria-hidden="true">
      <span>
        <kbd>J</kbd> <kbd>K</kbd> {t('tickets.key-move')}
      </span>
      <span>
        <kbd>Enter</kbd> {t('tickets.key-open')}
      </span>
      <span>
        <kbd>D</kbd> {t('act.dispatch')}
      </span>
      <span>
        <kbd>R</kbd> {t('act.return')}
      </span>
      <span>
        <kbd>V</kbd> {t('act.verify')}
      </span>
      <span>
        <kbd>C</kbd> {t('tickets.create')}
      </span>
      <span className="grow" />
      <span>
        <kbd>Ctrl K</kbd> {t('tickets.key-search')}
      </span>
    </div>
  )
}
