/** One small change of a source file that some test has to notice. */
export interface Mutant {
  /** Where and what, for people and for the list of survivors: stable while the line itself stays. */
  name: string
  line: number
  source: string
}

/** [what to look for, what to put in its place]; each place where it is found is a mutant of its own. */
const SWAPS: [RegExp, string][] = [
  // Comparisons, in Solidity and in assembly
  [/ < /, ' <= '],
  [/ > /, ' >= '],
  [/ <= /, ' < '],
  [/ >= /, ' > '],
  [/ == /, ' != '],
  [/ != /, ' == '],
  [/ < /, ' > '],
  [/ > /, ' < '],
  [/\blt\(/, 'gt('],
  [/\bgt\(/, 'lt('],
  [/\beq\(/, 'xor('],
  [/\biszero\(/, 'not(not('],
  // Logic
  [/ && /, ' || '],
  [/ \|\| /, ' && '],
  [/!(?=[a-z_(])/, ''],
  // Arithmetic and bits
  [/ \+ /, ' - '],
  [/ - /, ' + '],
  [/ \* /, ' + '],
  [/ \+= /, ' -= '],
  [/ \+= /, ' = '],
  [/ \|= /, ' = '],
  [/ \| /, ' & '],
  [/ & /, ' | '],
  [/~/, ''],
  [/ << /, ' >> '],
  [/ >> /, ' << '],
  [/\badd\(/, 'sub('],
  [/\bsub\(/, 'add('],
  [/\band\(/, 'or('],
  [/\bor\(/, 'and('],
  [/\bshl\(/, 'shr('],
  [/\bshr\(/, 'shl('],
  // Guards and constants
  [/ nonReentrant\b/, ''],
  [/\bENDED\b(?!\s*=)/, 'MAX_AMOUNT'],
  [/(?<=[^x\w])0x20\b/, '0x40'],
  [/(?<=[^x\w])0x40\b/, '0x20'],
  [/(?<=[^x\w])0x60\b/, '0x40'],
  [/(?<=[^x\w])0x80\b/, '0x60'],
  [/\b128\b/, '127'],
  [/\b128\b/, '129'],
  [/\b64\b(?!\))/, '63'],
  [/\b200_000\b/, '20_000'],
  [/\b220_000\b/, '150_000'],
  [/\b1e18\b/, '1e17'],
  [/Rounding\.Ceil/, 'Rounding.Floor'],
  [/msg\.sender/, 'tx.origin'],
]

/** Lines on which nothing is done: comments, imports, declarations. */
const IDLE =
  /^\s*(\/\/|\/\*|\*|import |pragma |event |error |using |contract |library |abstract |struct |interface |type |function |\)|@)/

/** Everything one can leave out: a check, an assignment, an event, a call. */
const STATEMENT =
  /^(\s+)((?!return|revert|\) revert|if|for|let|uint256 \w+;|bytes32|bytes4|bool \w+;|address \w+ =|leaf :=)[\w.[\]()]+.*;)$/
const ASSEMBLY_STATEMENT = /^(\s+)((?:mstore|sstore|calldatacopy|log3)\(.*\)|\w+(?:\.\w+)? := .*)$/

/** All mutants of one source file. */
export const mutantsOf = (file: string, source: string): Mutant[] => {
  const lines = source.split('\n')
  const mutants: Mutant[] = []
  const add = (at: number, what: string, changed: string): void => {
    const line = lines[at] ?? ''
    if (changed === line) return
    const name = `${file}: ${line.trim()} → ${what}`
    const again = mutants.filter((other) => other.name.startsWith(name)).length
    mutants.push({
      name: again === 0 ? name : `${name} (${again + 1})`,
      line: at + 1,
      source: [...lines.slice(0, at), changed, ...lines.slice(at + 1)].join('\n'),
    })
  }
  for (const [at, line] of lines.entries()) {
    const code = line.replace(/ \/\/.*$/, '')
    if (
      code.trim() === '' ||
      (IDLE.test(code) && !/function .*nonReentrant|^\s*\) external nonReentrant|^\s*\) revert /.test(code))
    )
      continue
    if (/constant|immutable/.test(code) && !/=/.test(code)) continue

    const check =
      /^(\s*)if \((.*)\) (revert .*|_refuse\(.*|_requireShard\(.*|_revertExceeds\(.*|return .*|return;|continue;)$/.exec(
        code,
      )
    if (check !== null) {
      add(at, 'never', `${check[1]}if (false) ${check[3]}`)
      add(at, 'always', `${check[1]}if (true) ${check[3]}`)
    }
    const block = /^(\s*)if \((.*)\) \{$/.exec(code)
    if (block !== null) {
      add(at, 'never', `${block[1]}if (false) {`)
      add(at, 'always', `${block[1]}if (true) {`)
    }
    const refusal = /^(\s*(?:\) )?)revert .*;$/.exec(code)
    if (refusal !== null) add(at, 'left out', `${refusal[1]}{}`)
    const statement = STATEMENT.exec(code)
    if (statement !== null && !/\bconstant\b|\bimmutable\b|^\s+\w+ (private|public|internal)/.test(code)) {
      const declares =
        /^\s+(uint256|bytes32\[?\]?|address|bool|Leaf|ItemPlace|Payment|\w+ calldata|\w+ memory) \w+ = /.test(
          code,
        )
      if (!declares) add(at, 'left out', `${statement[1]}{}`)
    }
    const assembly = ASSEMBLY_STATEMENT.exec(code)
    if (assembly !== null) add(at, 'left out', `${assembly[1]}`)

    for (const [pattern, replacement] of SWAPS) {
      for (const match of code.matchAll(new RegExp(pattern, 'g'))) {
        const end = match.index + match[0].length
        let tail = code.slice(end)
        if (replacement === 'not(not(') tail = closing(tail)
        add(
          at,
          `${match[0].trim()} as ${replacement.trim() || 'nothing'} at ${match.index}`,
          code.slice(0, match.index) + replacement + tail,
        )
      }
    }
  }
  return mutants
}

/** Closes a second bracket where the first one closes. */
const closing = (tail: string): string => {
  let depth = 1
  for (let i = 0; i < tail.length; i++) {
    if (tail[i] === '(') depth++
    if (tail[i] === ')' && --depth === 0) return `${tail.slice(0, i)})${tail.slice(i)}`
  }
  return tail
}
