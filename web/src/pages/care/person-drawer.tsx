import Button from 'antd/es/button'
import Drawer from 'antd/es/drawer'
import { Link } from 'react-router'
import type { CareItem } from '../../../../contracts/care.ts'
import { useMay } from '../../data/queries.ts'
import { toneOfCare } from '../../look/coverage-bar.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { CoverageLanes } from '../ticket/coverage-lanes.tsx'
import { shapeOfCare } from './care-model.ts'

interface PersonDrawerProps {
  readonly item: CareItem
  readonly now: number
  readonly onClose: () => void
  readonly onAct: (act: 'away' | 'visit') => void
}

const axisMs = 36 * 3_600_000

/** One person in full: every source on the 36 h axis, and the two things that one can note. */
export function PersonDrawer({ item, now, onClose, onAct }: PersonDrawerProps) {
  const { t } = useText()
  const mayWrite = useMay('write-care')
  return (
    <Drawer
      open
      size="min(920px, 100vw)"
      title={`${item.resident.name} · ${item.place ?? ''}`}
      onClose={onClose}
    >
      <div className="row wrap">
        <StateShape kind={shapeOfCare[item.state]} sizePx={20} />
        <b>{t(`care.${item.state}`)}</b>
        <span className="second">{item.reason}</span>
        <span className="grow" />
        <Link to={`/care/${encodeURIComponent(item.resident.id)}`}>{t('person.open')}</Link>
        {mayWrite && (
          <>
            <Button onClick={() => onAct('away')}>{t('care.act-away')}</Button>
            <Button onClick={() => onAct('visit')}>{t('care.act-visit')}</Button>
          </>
        )}
      </div>
      <h3 style={{ marginTop: 16 }}>{t('care.lanes')}</h3>
      <CoverageLanes
        fromMs={now - axisMs}
        toMs={now}
        end={t('time.now')}
        lanes={item.sources.map((source) => ({
          source: source.source,
          name: source.name,
          intervals: source.coverage,
          evidenceAt: source.evidenceAt,
        }))}
        place={item.place}
        away={item.away}
        lastAt={item.lastEvidence?.ts ?? null}
        tone={toneOfCare[item.state]}
        now={now}
      />
    </Drawer>
  )
}
