import { useEffect } from 'react'
import { useText } from '../text/use-text.ts'

/** The tab's name: the page, then Linli. */
export function useTitle(page: string): void {
  const { t } = useText()
  useEffect(() => {
    document.title = t('app.title', { page })
  }, [page, t])
}
