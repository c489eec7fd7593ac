import { Component, type ReactNode } from 'react'
import { useLocation } from 'react-router'
import { PageFailed } from './notices.tsx'

interface BoundaryProps {
  readonly children: ReactNode
}

/** A page that throws must not take the navigation with it. React knows error boundaries as classes only. */
class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <PageFailed /> : this.props.children
  }
}

/** A fresh boundary per address, so that going elsewhere mends it. */
export function PageGuard({ children }: { children: ReactNode }) {
  const { pathname } = useLocation()
  return <Boundary key={pathname}>{children}</Boundary>
}
