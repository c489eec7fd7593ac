import AntApp from 'antd/es/app'
import { useText } from '../text/use-text.ts'
import { isProblem } from './problem.ts'

export interface Say {
  readonly done: (text: string) => void
  readonly failed: (error: unknown) => void
}

/** One line at the top: what was done, or what went wrong and what to do about it. */
export function useSay(): Say {
  const { message } = AntApp.useApp()
  const { t } = useText()
  return {
    done: (text) => void message.success({ content: text, duration: 3 }),
    failed: (error) =>
      void message.error({ content: errorWords(error, t).join('。'), duration: 6 }),
  }
}

type Tell = ReturnType<typeof useText>['t']

/** Title and hint of any failure; no answer at all is the box being unreachable. */
export function errorWords(error: unknown, t: Tell): [title: string, hint: string] {
  if (!isProblem(error)) return [t('error.unknown'), t('error.unknown-hint')]
  if (error.status === 0) return [t('error.network'), t('error.network-hint')]
  const hint = error.hint === '' ? error.detail : error.hint
  return [error.message === '' ? t('error.unknown') : error.message, hint]
}
