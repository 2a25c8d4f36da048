// Makes the content of one node that of another, in place: what is still wanted stays the same node, so that whoever
// points at it, has the focus on it or listens to it loses nothing.

export function patchChildren(existing, wanted) {
  const pairs = paired(existing, [...wanted.childNodes]);
  const kept = new Set(pairs.map(([same]) => same));
  for (const child of [...existing.childNodes]) if (!kept.has(child)) child.remove();
  pairs.forEach(([same, child], index) => {
    if (same) patch(same, child);
    const place = existing.childNodes[index] ?? null;
    if (place !== (same ?? child)) existing.insertBefore(same ?? child, place);
  });
}

function patch(existing, wanted) {
  if (existing.isEqualNode(wanted)) return;
  if (existing.nodeType !== Node.ELEMENT_NODE) {
    existing.data = wanted.data;
    return;
  }
  patchAttributes(existing, wanted);
  patchChildren(existing, wanted);
}

function patchAttributes(existing, wanted) {
  for (const { name } of [...existing.attributes]) if (!wanted.hasAttribute(name)) existing.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (existing.getAttribute(name) !== value) existing.setAttribute(name, value);
  }
}

// Each wanted child with the existing one of the same kind whose turn it is, if there is one.

function paired(existing, wanted) {
  const left = Map.groupBy(existing.childNodes, kind);
  return wanted.map((child) => [left.get(kind(child))?.shift(), child]);
}

function kind(node) {
  return node.id || `${node.nodeName} ${node.getAttribute?.("class")?.split(" ")[0] ?? ""}`;
}
