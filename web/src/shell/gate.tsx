import { lazy, Suspense } from 'react'
import { useMe } from '../data/queries.ts'
import { Failed, Loading } from './notices.tsx'
import { Pages } from './pages.tsx'
import { Shell } from './shell.tsx'

const SignIn = lazy(() => import('../pages/sign-in/sign-in-page.tsx'))
const FirstPassword = lazy(() => import('../pages/sign-in/first-password-page.tsx'))

/** Who sees what: nobody -> sign-in, a first password -> change it, else the console. */
export function Gate() {
  const me = useMe()
  if (me.isPending) return <Loading />
  if (me.data === undefined) return <Failed error={me.error} retry={me.refetch} />
  return (
    <Suspense fallback={<Loading />}>
      {me.data === null && <SignIn />}
      {me.data?.mustChangePassword === true && <FirstPassword username={me.data.username} />}
      {me.data?.mustChangePassword === false && (
        <Shell me={me.data}>
          <Pages />
        </Shell>
      )}
    </Suspense>
  )
}
