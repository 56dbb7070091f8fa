// What both halves share: inputs, the cache's version, and where a path is for this job and on the box's shelf.
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')

exports.input = (name) => (process.env['INPUT_' + name.toUpperCase()] || '').trim()
exports.lines = (name) => exports.input(name).split('\n').map((line) => line.trim()).filter(Boolean)
exports.shelf = process.env.BOX_CACHES
exports.tell = (file, name, value) => fs.appendFileSync(process.env[file], `${name}=${value}\n`)

// Of a key there may be several: what was saved of other paths is another cache.
exports.version = () => crypto.createHash('sha256').update([...exports.lines('path'), 'zstd-without-long', '1.0'].join('|')).digest('hex')

exports.places = () => exports.lines('path').map((line) => {
  const home = line.startsWith('~')
  const inner = home ? line.slice(2) : line
  const here = path.resolve(home ? process.env.HOME : process.env.GITHUB_WORKSPACE, inner)
  return { here, kept: path.join(home ? 'home' : 'work', inner) }
})
