import Button from 'antd/es/button'
import type { Problem } from '../../../../contracts/health.ts'
import { useSay } from '../../data/use-say.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'

/** What is missing or broken, what to do, and the command that mends it. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const { t, local } = useText()
  const say = useSay()
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(() => say.done(t('copied')), say.failed)
  if (problems.length === 0) {
    return (
      <div className="card part row">
        <StateShape kind="ok" sizePx={20} />
        <b>{t('health.fine')}</b>
        <span className="second">{t('health.fine-text')}</span>
      </div>
    )
  }
  return (
    <div className="card">
      {problems.map((problem) => (
        <div key={`${problem.code}${problem.what.zh}`} className="problem">
          <StateShape kind="major" sizePx={20} />
          <div>
            <b>{local(problem.what)}</b> <span className="muted mono">{problem.code}</span>
            <div className="second">{local(problem.hint)}</div>
            {problem.command !== null && (
              <div className="command">
                <span className="muted s12 nowrap">{t('health.command')}</span>
                <code className="mono">{problem.command}</code>
                <Button size="small" onClick={() => void copy(problem.command ?? '')}>
                  {t('copy')}
                </Button>
              </div>
            )}
          </div>
        </div>
      ))}
    </div>
  )
}
