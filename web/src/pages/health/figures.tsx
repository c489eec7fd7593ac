import type { ReactNode } from 'react'
import type { GatewayHealth } from '../../../../contracts/health.ts'
import { useText } from '../../text/use-text.ts'

const count = (n: number) => n.toLocaleString('en-US')

export function Figures({ gateway, now }: { gateway: GatewayHealth; now: number }) {
  const { t, time } = useText()
  const { broker, readings, frames, outbox, series, commitMs, loopDelayMs } = gateway
  const ms = (part: { p50: number; p99: number }) =>
    t('health.percentiles', { p50: part.p50.toFixed(1), p99: part.p99.toFixed(1) })
  return (
    <div className="figures">
      <Figure name={t('health.readings')} value={count(readings.in)}>
        {t('health.readings-text', {
          in: count(readings.in),
          stored: count(readings.stored),
          duplicates: count(readings.duplicates),
        })}
      </Figure>
      <Figure name={t('health.frames')} value={count(frames.in)}>
        {t('cameras.counts', {
          in: count(frames.in),
          analysed: count(frames.analysed),
          dropped: count(frames.dropped),
        })}
      </Figure>
      <Figure
        name={t('health.broker')}
        value={t(broker.kind === 'embedded' ? 'health.embedded' : 'health.external')}
      >
        {broker.connected ? t('health.clients', { n: broker.clients }) : t('device.offline')}
      </Figure>
      <Figure name={t('health.outbox')} value={t('health.outbox-text', { n: outbox.depth })}>
        {t('health.poisoned', { n: outbox.poisoned })}
      </Figure>
      <Figure name={t('health.series')} value={series.kind}>
        {series.lastError ?? t('health.lag', { n: series.lagRecords })}
      </Figure>
      <Figure name={t('health.commit')} value={`${commitMs.p50.toFixed(1)} ms`}>
        {ms(commitMs)}
      </Figure>
      <Figure name={t('health.loop')} value={`${loopDelayMs.p99.toFixed(1)} ms`}>
        {ms(loopDelayMs)}
      </Figure>
      <Figure name={t('nav.box')} value={t(gateway.ready ? 'box.ok' : 'box.waiting')}>
        {t('health.since', { time: time.day(gateway.startedAt, now) })}
      </Figure>
    </div>
  )
}

function Figure(props: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="card">
      <span className="second s13">{props.name}</span>
      <b>{props.value}</b>
      <span className="muted s12">{props.children}</span>
    </div>
  )
}
