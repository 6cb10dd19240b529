// Reads a bill of materials of all installed packages (CycloneDX), and prints that of the shipped ones:
// without build and test dependencies, but with Electron.

const { readFileSync } = require('node:fs')

const bill = JSON.parse(readFileSync(0, 'utf8'))
const {
  name: app,
  dependencies: production,
  devDependencies,
} = JSON.parse(readFileSync(require.resolve('../package.json'), 'utf8'))
const findRef = (name) => {
  const found = bill.components.find((component) => toName(component) === name)
  if (!found) throw new Error(`the bill of materials has no ${name}`)
  return found['bom-ref']
}
const toName = ({ group, name }) => (group ? `${group}/${name}` : name)
const edges = new Map(bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]))

if (!devDependencies.electron) throw new Error('package.json names no Electron')
const electron = findRef('electron')
const direct = Object.keys(production).map(findRef)
const shipped = new Set([electron])
const queue = [...direct]
for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
  if (shipped.has(ref)) continue
  shipped.add(ref)
  queue.push(...(edges.get(ref) ?? []))
}

const root = bill.metadata.component['bom-ref']
const dependencies = bill.dependencies
  .filter(({ ref }) => shipped.has(ref))
  // Electron's own dependencies only fetch its binary.
  .map((one) => (one.ref === electron ? { ref: electron, dependsOn: [] } : one))
const components = bill.components
  .filter((component) => shipped.has(component['bom-ref']))
  .map((component) => ({ ...component, scope: 'required' }))
const shippedBill = {
  ...bill,
  // npm uses the folder's name.
  metadata: {
    ...bill.metadata,
    component: { ...bill.metadata.component, name: app, type: 'application' },
  },
  components,
  dependencies: [{ ref: root, dependsOn: [...direct, electron] }, ...dependencies],
}
process.stdout.write(`${JSON.stringify(shippedBill, null, 2)}\n`)
