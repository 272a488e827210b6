// Loads heap snapshots into the Memory panel of Chromium's own DevTools, filters its table by a class, and prints the
// cells of each row as JSON.
//
//   node devtools.mjs CHROMIUM FOLDER CLASS FILE       the summary of a snapshot
//   node devtools.mjs CHROMIUM FOLDER CLASS OLD NEW    the comparison of the second with the first
//
// FOLDER, which is empty, gets the profile of the browser, and panel.png: the panel as it was then.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [executablePath, folder, filter, ...files] = process.argv.slice(2)
const context = await chromium.launchPersistentContext(`${folder}/profile`, {
  executablePath,
  args: ['--no-sandbox', '--remote-debugging-port=0', '--remote-allow-origins=*'],
  viewport: { width: 1400, height: 800 }
})

// The browser serves the DevTools itself; what they look at here is an empty page.
async function openPanel() {
  const port = readFileSync(`${folder}/profile/DevToolsActivePort`, 'utf-8').split('\n')[0]
  const { targetInfo } = await (await context.newCDPSession(context.pages()[0])).send('Target.getTargetInfo')
  const server = `127.0.0.1:${port}/devtools`
  const panel = await context.newPage()
  await panel.goto(`http://${server}/devtools_app.html?ws=${server}/page/${targetInfo.targetId}&panel=heap-profiler`)
  return panel
}

async function load(panel, file) {
  await panel.locator('input[type=file]').first().setInputFiles(file)
  const profile = panel.locator('[role=treeitem]').filter({ hasText: / B|kB|MB/ }).nth(files.indexOf(file))
  await profile.click()
  await panel.locator('.heap-snapshot-view tr.data-grid-data-grid-node').first().waitFor()
}

function rows(panel) {
  return panel.locator('.heap-snapshot-view tr.data-grid-data-grid-node').evaluateAll(rows =>
    rows.map(row => [...row.cells].map(cell => cell.innerText.trim())).filter(cells => cells[0]))
}

try {
  const panel = await openPanel()
  for (const file of files) await load(panel, file)
  if (files.length > 1) await panel.locator('select').first().selectOption('Comparison')
  await panel.locator('[aria-label="Filter by class"], [placeholder="Filter by class"]').first().fill(filter)
  await panel.waitForTimeout(1000)
  await panel.screenshot({ path: `${folder}/panel.png` })
  console.log(JSON.stringify(await rows(panel)))
} finally {
  await context.close()
}
