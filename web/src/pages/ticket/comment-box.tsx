import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { useState } from 'react'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { useText } from '../../text/use-text.ts'
import type { Acting } from './use-acting.tsx'

export function CommentBox({ ticket, acting }: { ticket: Ticket; acting: Acting }) {
  const { t } = useText()
  const [note, setNote] = useState('')
  if (!ticket.allowed.includes('comment')) return null
  const send = () => {
    if (note.trim() === '') return
    acting.send(ticket, 'comment', { note: note.trim() })
    setNote('')
  }
  return (
    <form
      className="row comment"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Input
        value={note}
        maxLength={4_000}
        placeholder={t('ticket.comment-hint')}
        aria-label={t('ticket.comment-hint')}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button htmlType="submit" disabled={acting.busy}>
        {t('ticket.comment-send')}
      </Button>
    </form>
  )
}
