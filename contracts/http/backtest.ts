import Type, { type Static } from 'typebox'
import { BacktestAnswer, BacktestItem } from '../backtest.ts'

/** `POST /rules/backtest`. */
export const RuleBacktestBody = Type.Object({
  rules: Type.String({
    minLength: 1,
    maxLength: 1_000_000,
    description: 'a whole rules file, YAML',
  }),
  from: Type.Number({ description: 'epoch ms' }),
  to: Type.Number(),
})

export const RuleBacktestItem = Type.Object({
  ...BacktestItem.properties,
  /** What came of the anomaly that was really raised; null where none was, or it is forgotten. */
  ticket: Type.Union([
    Type.Object({
      id: Type.String(),
      number: Type.String(),
      status: Type.String(),
      /** People rejected it. */
      isFalseAlarm: Type.Boolean(),
    }),
    Type.Null(),
  ]),
})
export type RuleBacktestItem = Static<typeof RuleBacktestItem>

export const RuleBacktestAnswer = Type.Object({
  items: Type.Array(RuleBacktestItem),
  summary: Type.Object({
    ...BacktestAnswer.properties.summary.properties,
    /** Tickets that people rejected and that would not have come. */
    falseAlarmsGone: Type.Integer(),
    /** Tickets that people worked on and that would not have come: look at them first. */
    trueAlarmsGone: Type.Integer(),
  }),
})
