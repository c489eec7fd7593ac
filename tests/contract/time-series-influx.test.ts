import { describe } from 'vitest'
import { createInfluxSeries } from '../../gateway/telemetry/influx-series.ts'
import { startInfluxd } from '../support/influxd.ts'
import { needs } from '../support/needs.ts'
import { timeSeriesContract } from './time-series.contract.ts'

describe.runIf(needs('influxd'))('InfluxDB 1.x', () => {
  timeSeriesContract({
    name: 'InfluxDB',
    tellsDuplicates: false,
    open: async () => {
      const influxd = await startInfluxd()
      const series = createInfluxSeries({ random: Math.random }, { url: influxd.url })
      await series.start()
      return { series, close: () => influxd.close() }
    },
  })
})
