import { lazy, Suspense } from 'react'
import { Navigate, Route, Routes } from 'react-router'
import { Absent, Loading } from './notices.tsx'
import { PageGuard } from './page-guard.tsx'

const Inbox = lazy(() => import('../pages/tickets/inbox-page.tsx'))
const TicketPage = lazy(() => import('../pages/ticket/ticket-page.tsx'))
const CarePage = lazy(() => import('../pages/care/care-page.tsx'))
const PersonPage = lazy(() => import('../pages/care/person-page.tsx'))
const CamerasPage = lazy(() => import('../pages/cameras/cameras-page.tsx'))
const DevicesPage = lazy(() => import('../pages/devices/devices-page.tsx'))
const NoticesPage = lazy(() => import('../pages/notices/notices-page.tsx'))
const BroadcastPage = lazy(() => import('../pages/broadcast/broadcast-page.tsx'))
const HealthPage = lazy(() => import('../pages/health/health-page.tsx'))

/** One lazy chunk per page: the first view loads no other. */
export function Pages() {
  return (
    <PageGuard>
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route path="/" element={<Navigate to="/tickets" replace />} />
          <Route path="/tickets" element={<Inbox />} />
          <Route path="/tickets/:id" element={<TicketPage />} />
          <Route path="/care" element={<CarePage />} />
          <Route path="/care/:id" element={<PersonPage />} />
          <Route path="/cameras" element={<CamerasPage />} />
          <Route path="/devices" element={<DevicesPage />} />
          <Route path="/notices" element={<NoticesPage />} />
          <Route path="/broadcast" element={<BroadcastPage />} />
          <Route path="/health" element={<HealthPage />} />
          <Route path="*" element={<Absent />} />
        </Routes>
      </Suspense>
    </PageGuard>
  )
}
