// A bare node:http server that reads a request's body and answers the same text each time. With a
// second argument, it answers all requests together, that many milliseconds after the first one.

import { createServer } from 'node:http'

const [body, waitMs] = process.argv.slice(2)
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
let waiting = []

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    if (waitMs === undefined) return void response.writeHead(200, headers).end(body)
    if (waiting.push(response) === 1) setTimeout(answerAll, Number(waitMs))
  })
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const url = `http://127.0.0.1:${server.address().port}`
  process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`)
})

function answerAll() {
  for (const response of waiting) response.writeHead(200, headers).end(body)
  waiting = []
}
