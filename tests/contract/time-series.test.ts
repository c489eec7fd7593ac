import { createSqliteSeries } from '../../gateway/telemetry/sqlite-series.ts'
import { openTables } from '../gateway/telemetry/open-series.ts'
import { timeSeriesContract } from './time-series.contract.ts'

timeSeriesContract({
  name: 'SQLite',
  tellsDuplicates: true,
  open: () => {
    const db = openTables()
    const close = () => Promise.resolve(void db.close())
    return Promise.resolve({ series: createSqliteSeries(db), close })
  },
})

timeSeriesContract({
  name: 'SQLite with everything poured over at once',
  tellsDuplicates: true,
  open: () => {
    const db = openTables()
    const close = () => Promise.resolve(void db.close())
    return Promise.resolve({ series: createSqliteSeries(db, { settleRows: 1 }), close })
  },
})
