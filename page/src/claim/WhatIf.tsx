import { useState } from 'react'
import { writeAmount, writeShare } from '../amounts.ts'
import type { Position } from '../api.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { lossOf, readAmount, spareOf } from './whatIf.ts'

/** What it would cost to send some of the tokens away, before anybody does. */
export function WhatIf({ position }: { position: Position }) {
  const program = useProgram()
  const token = tokenOf(program)
  const now = useChainTime()
  const [typed, setTyped] = useState('')
  const { periods, forfeit } = program.terms.streams.income
  const left = periods.filter(({ end }) => end > now).length
  const text = words.whatIf
  const sent = readAmount(typed, token.decimals)
  const write = (amount: bigint) => {
    const { shown, cut } = writeAmount(amount, token.decimals)
    return `${shown}${cut && '…'}`
  }

  function sentence(): string {
    if (typed === '') return spareOf(position) > 0n ? text.spare(write(spareOf(position)), token.symbol) : ''
    if (sent === null) return text.bad
    if (sent > position.balance) return text.tooMuch(write(position.balance), token.symbol)
    const { lost, before, after } = lossOf(position, sent, forfeit)
    const what = `${write(sent)} of ${write(position.custody)} ${token.symbol}`
    if (lost === 0n || before === 0n) return text.nothing(what)
    return text.lose(what, writeShare(before - after, before), left)
  }

  return (
    <section className="sheet" aria-labelledby="what-if">
      <h2 id="what-if">{text.title}</h2>
      <div className="field">
        <label htmlFor="what-if-amount">{text.label(token.symbol)}</label>
        <input
          id="what-if-amount"
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          placeholder="0"
          aria-describedby="what-if-answer"
          aria-invalid={typed !== '' && sent === null}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          aria-label={text.slider}
          value={percentOf(sent ?? 0n, position.balance)}
          onInput={(event) => {
            const part = (position.balance * BigInt(event.currentTarget.value)) / 100n
            setTyped(writeAmount(part, token.decimals, 0, token.decimals).exact)
          }}
        />
      </div>
      <p id="what-if-answer" className="what-if-answer" role="status">
        {sentence()}
      </p>
      <p className="muted small">{text.explain}</p>
    </section>
  )
}

function percentOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Math.min(100, Number((part * 100n) / whole))
}
