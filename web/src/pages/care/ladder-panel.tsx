import './person.css'
import Button from 'antd/es/button'
import type { LadderItem, LadderStepItem } from '../../../../contracts/http/ladder.ts'
import { apiUrl } from '../../data/client.ts'
import { useMay } from '../../data/queries.ts'
import { useAnswer } from '../../data/use-person.ts'
import { useSay } from '../../data/use-say.ts'
import { type StateKind, StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'

interface LadderPanelProps {
  readonly ladder: LadderItem
  readonly now: number
}

const shapes: Readonly<Record<LadderStepItem['state'], StateKind>> = {
  waiting: 'waiting',
  running: 'watch',
  answered: 'ok',
  passed: 'offline',
  skipped: 'offline',
  rested: 'away',
}
const negative = new Set(['no-answer', 'not-reached'])

/** Who was told, what came of it, and the two things that one can say after a call. */
export function LadderPanel({ ladder, now }: LadderPanelProps) {
  const { t, time, local, language } = useText()
  const say = useSay()
  const mayAnswer = useMay('write-care')
  const answer = useAnswer(ladder.ticket, {
    done: () => say.done(t('ladder.done')),
    failed: say.failed,
  })
  const over = ladder.status === 'closed' || ladder.status === 'cancelled'
  const who = ladder.takenBy?.name ?? ''
  const until = ladder.heldUntil === null ? '' : time.day(ladder.heldUntil, now)
  return (
    <div className="ladder" data-ladder={ladder.status}>
      <div className="row wrap">
        <h3>{t('ladder.title')}</h3>
        <span className="second s13">
          {t(`ladder.status-${ladder.status}`, { who, time: until })}
        </span>
      </div>
      <ol>
        {ladder.steps.map((step) => (
          <li key={step.id} data-step={step.id} data-state={step.state}>
            <StateShape kind={shapeOf(step)} sizePx={18} />
            <div className="grow">
              <div className="row">
                <b className="grow">{local(step.name)}</b>
                {step.startedAt !== null && (
                  <span className="muted s12 nowrap">{time.day(step.startedAt, now)}</span>
                )}
              </div>
              <StepWords step={step} now={now} />
              {mayAnswer && !over && step.state === 'running' && (
                <div className="row wrap acts">
                  {(['fine', 'no-answer', 'going'] as const).map((one) => (
                    <Button
                      key={one}
                      loading={answer.isPending}
                      onClick={() => answer.mutate({ step: step.id, answer: one })}
                    >
                      {t(`ladder.act-${one}`)}
                    </Button>
                  ))}
                </div>
              )}
            </div>
          </li>
        ))}
      </ol>
      {ladder.callSheet.length > 0 && (
        <div className="row wrap">
          {ladder.callSheet.map((number) => (
            <Button
              key={number}
              target="_blank"
              href={apiUrl(`/tickets/${ladder.ticket}/call-sheet.html`, { lang: language })}
            >
              {t('ladder.sheet', { number })}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}

const shapeOf = (step: LadderStepItem): StateKind =>
  step.answer !== null && negative.has(step.answer) ? 'offline' : shapes[step.state]

function StepWords({ step, now }: { step: LadderStepItem; now: number }) {
  const { t, time } = useText()
  const state =
    step.answer !== null
      ? t(`ladder.answer-${step.answer}`)
      : step.state === 'running'
        ? t('ladder.state-running', { time: step.dueAt === null ? '' : time.day(step.dueAt, now) })
        : step.state === 'answered'
          ? ''
          : t(`ladder.state-${step.state}`)
  const by = step.by === null ? '' : ` · ${step.by.name}`
  const note = step.note === null ? '' : ` · ${step.note}`
  const told = step.told.map(({ name }) => name).join('、')
  return (
    <div className="second s13">
      {told === '' ? '' : `${told} · `}
      {state}
      {by}
      {note}
      {step.receipts.length > 0 && (
        <span className="muted"> · {t('ladder.receipts', { n: step.receipts.length })}</span>
      )}
    </div>
  )
}
