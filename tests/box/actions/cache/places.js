// What both halves share: inputs, the cache's version, and where a path is for this job and on the box's shelf.
const child = require('child_process')
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

// A cache is one archive; beside it lies what was put into it, or what came out of it.
exports.packed = (folder) => {
  const place = path.join(folder, 'packed')
  fs.mkdirSync(place, { recursive: true })
  return place
}
exports.tar = (how, folder) => {
  const words = [`${how}f`, path.join(folder, 'cache.tgz'), '-C', exports.packed(folder), ...(how === '-cz' ? ['.'] : [])]
  console.log(`[command]/usr/bin/tar ${words.join(' ')}`)
  const done = child.spawnSync('/usr/bin/tar', words, { encoding: 'utf8' })
  process.stdout.write(done.stdout + done.stderr)
  if (how === '-cz') fs.rmSync(exports.packed(folder), { recursive: true })
  return done.status
}
