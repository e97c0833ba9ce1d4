import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientError, GraphQLClient, gql } from 'graphql-request'
import { BUYERS } from '../local/scenario/alex.ts'
import { person } from '../local/scenario/people.ts'
import type { Scene } from './services.ts'

// Dashboards' way to the subgraph, with a GraphQL client as they use it and the real graph-node behind. Run by story.test.ts.

interface Holders {
  readonly accounts: readonly { readonly id: string; readonly lots: string }[]
  readonly one: { readonly id: string; readonly holder: string } | null
}

const HOLDERS = gql`
  query Holders($block: Int!, $first: Int = 100, $one: ID!) {
    accounts(block: { number: $block }, first: $first, orderBy: id, where: { lots_gt: "0" }) {
      ...Lots
    }
    one: account(block: { number: $block }, id: $one) {
      ...Lots
      ... on Account @include(if: true) {
        holder
      }
    }
  }
  fragment Lots on Account {
    id
    lots
  }
`

export function gatewayTests(scene: () => Scene): void {
  const clients = () => {
    const { gateway, graph } = scene().stack.urls
    return { client: new GraphQLClient(gateway), direct: new GraphQLClient(graph) }
  }
  const one = person('ada').address.toLowerCase()
  const codeOf = async (document: string, variables: object = {}): Promise<unknown> => {
    try {
      await clients().client.request(document, variables)
    } catch (error) {
      assert.ok(error instanceof ClientError)
      return [error.response.status, error.response.errors?.[0]?.extensions?.code]
    }
    return assert.fail('it was answered')
  }

  test('a GraphQL client gets what graph-node answers, at the head and at a block', async () => {
    const { client, direct } = clients()
    const { _meta } = await client.request<{ _meta: { block: { number: number } } }>(
      '{ _meta { block { number } } }',
    )
    for (const block of [_meta.block.number, 200]) {
      const variables = { block, one }
      const answer = await client.request<Holders>(HOLDERS, variables)
      assert.deepEqual(answer, await direct.request<Holders>(HOLDERS, variables))
      assert.equal(answer.one?.id, one)
    }
    const { accounts } = await client.request<Holders>(HOLDERS, { block: _meta.block.number, one })
    assert.ok(accounts.length >= BUYERS.length - 2)
  })

  test('what is below finality is kept, and comes back the same', async () => {
    const { client } = clients()
    const asked = async (block: number) => {
      const { data, headers } = await client.rawRequest<Holders>(HOLDERS, { block, one, first: 7 })
      return { data, how: headers.get('x-cache') }
    }
    const first = await asked(150)
    assert.equal(first.how, 'miss')
    assert.deepEqual(await asked(150), { ...first, how: 'hit' })
    assert.equal((await asked(151)).how, 'miss')
  })

  test('graph-node’s own errors come through, and are not kept', async () => {
    const { client } = clients()
    for (let at = 0; at < 2; at++) {
      await assert.rejects(client.request('{ accounts { nothing } }'), (error) => {
        assert.ok(error instanceof ClientError)
        assert.match(error.response.errors?.[0]?.message ?? '', /nothing/)
        return true
      })
    }
    const beyond = client.request(HOLDERS, { block: 2_000_000_000, one })
    await assert.rejects(beyond, ClientError)
  })

  test('what asks too much, writes or wants the schema is refused in a client’s own form', async () => {
    assert.deepEqual(await codeOf(HOLDERS, { block: 1, one, first: 1001 }), [400, 'TOO_MUCH'])
    assert.deepEqual(await codeOf('mutation { accounts { id } }'), [400, 'QUERIES_ONLY'])
    assert.deepEqual(await codeOf('{ __schema { types { name } } }'), [400, 'NO_INTROSPECTION'])
  })
}
