// Reads heap snapshots with the code of Chrome's DevTools, and prints what that makes of them as JSON.
//
//   node snapshot.mjs FILE         {"nodes": [[id, type, name, self size, retained size, distance], ...]}
//   node snapshot.mjs OLD NEW      {"CLASS": [objects that came, objects that went], ...}
import { createReadStream } from 'node:fs'
import { diff, parse } from 'heap-snapshot-toolkit'

const snapshots = []
for (const file of process.argv.slice(2)) snapshots.push(await parse(createReadStream(file, 'utf-8')))

function nodes(snapshot) {
  const found = []
  const node = snapshot.rootNode()
  for (; node.nodeIndex < snapshot.nodes.length; node.nodeIndex = node.nextNodeIndex()) {
    found.push([node.id(), node.type(), node.name(), node.selfSize(), node.retainedSize(), node.distance()])
  }
  return found
}

async function changes(older, newer) {
  const found = {}
  for (const change of Object.values(await diff(older, newer))) {
    found[change.name] = [change.addedCount, change.removedCount]
  }
  return found
}

const answer = snapshots.length > 1 ? await changes(...snapshots) : { nodes: nodes(snapshots[0]) }
process.stdout.write(JSON.stringify(answer) + '\n')
