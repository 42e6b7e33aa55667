// Runs before `npm start` and `npm test`, in syntax that every Node understands, so that an old one gets a clear answer.
const wanted = 20;
const found = Number(process.versions.node.split('.')[0]);
if (found < wanted) {
  console.error(
    `Plumbline needs Node ${wanted} or later, and this is ${process.version}. Install a newer Node, then repeat.`,
  );
  process.exit(1);
}
