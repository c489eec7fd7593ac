import { useMemo } from 'react'
import { useText } from '../text/use-text.ts'
import { type Client, createClient } from './client.ts'

export function useClient(): Client {
  const { language } = useText()
  return useMemo(() => createClient(language), [language])
}
