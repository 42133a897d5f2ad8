// What the drivers in JavaScript share: drivers.py says what goes in and out.
'use strict'
const readline = require('node:readline')

exports.data = text => (text === null ? null : Buffer.from(text, 'base64'))
exports.text = data => (data === null || data === undefined ? null : Buffer.from(data).toString('base64'))
exports.sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** Answers each line of stdin with what calls[NAME] makes of it; nameOf gives an error in Kafka's words. */
exports.serve = async (calls, nameOf) => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: what, ...call } = JSON.parse(line)
    let answer = { cannot: true }
    if (calls[what]) {
      try {
        answer = { ok: (await calls[what](call)) ?? null }
      } catch (error) {
        console.error(error)
        answer = { error: nameOf(error), text: String(error.message) }
      }
    }
    process.stdout.write(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)) + '\n')
  }
  process.exit(0)
}
