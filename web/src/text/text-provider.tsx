import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { Language } from './format.ts'
import { TextContext, textTools } from './use-text.ts'

const storageKey = 'linli.language'

/** Chinese unless somebody chose English on this device. */
function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(storageKey, language)
  } catch {
    // A browser that forbids storage forgets the choice at the next visit; nothing else depends on it.
  }
}

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(remembered)
  const tools = useMemo(
    () =>
      textTools(language, (next) => {
        remember(next)
        setLanguage(next)
      }),
    [language],
  )
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  }, [language])
  return <TextContext value={tools}>{children}</TextContext>
}
