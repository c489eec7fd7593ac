import { QueryClientProvider } from '@tanstack/react-query'
import AntApp from 'antd/es/app'
import ConfigProvider from 'antd/es/config-provider'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import { useState } from 'react'
import { BrowserRouter } from 'react-router'
import { createCache } from './data/create-cache.ts'
import { Patterns } from './look/patterns.tsx'
import { theme } from './look/theme.ts'
import { Gate } from './shell/gate.tsx'
import { TextProvider } from './text/text-provider.tsx'
import { useText } from './text/use-text.ts'

export function App() {
  const [cache] = useState(createCache)
  return (
    <QueryClientProvider client={cache}>
      <TextProvider>
        <Themed />
      </TextProvider>
    </QueryClientProvider>
  )
}

function Themed() {
  const { language } = useText()
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <AntApp style={{ height: '100%' }}>
        <Patterns />
        <BrowserRouter>
          <Gate />
        </BrowserRouter>
      </AntApp>
    </ConfigProvider>
  )
}
