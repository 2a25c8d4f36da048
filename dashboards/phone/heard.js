// Which packets of one boot of a pod were heard or given up: closed ranges of sequences, in order.

export class Heard {
  constructor(first, ranges = []) {
    this.first = first;
    this.ranges = ranges;
  }

  get newest() {
    return this.ranges.at(-1)?.[1] ?? this.first - 1;
  }

  // Whether a packet is new, and of the run; it counts as heard from now on.
  add(sequence) {
    return this.addRange(sequence, sequence);
  }

  addRange(begin, end) {
    if (begin < this.first || this.#holds(begin, end)) return false;
    const last = this.ranges.at(-1);
    if (last && begin === last[1] + 1) last[1] = end;
    else this.#insert(begin, end);
    return true;
  }

  // The first range that is missing up to a sequence; null if none is.
  firstGap(upTo = this.newest) {
    let wanted = this.first;
    for (const [begin, end] of this.ranges) {
      if (begin > wanted) break;
      wanted = end + 1;
    }
    if (wanted > upTo) return null;
    const next = this.ranges.find(([begin]) => begin > wanted);
    return [wanted, Math.min(next ? next[0] - 1 : upTo, upTo)];
  }

  #holds(begin, end) {
    return this.ranges.some(([low, high]) => low <= begin && end <= high);
  }

  #insert(begin, end) {
    const merged = [];
    for (const range of [...this.ranges, [begin, end]].sort((a, b) => a[0] - b[0])) {
      const last = merged.at(-1);
      if (last && range[0] <= last[1] + 1) last[1] = Math.max(last[1], range[1]);
      else merged.push([...range]);
    }
    this.ranges = merged;
  }
}
