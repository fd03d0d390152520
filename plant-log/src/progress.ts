/** A bar on a terminal, a line at every tenth elsewhere. */
export function progressBar(label: string, stream: NodeJS.WriteStream): (done: number, total: number) => void {
  const width = 30;
  let tenth = -1;
  return (done, total) => {
    const share = total === 0 ? 1 : done / total;
    if (stream.isTTY) {
      const filled = Math.round(share * width);
      const bar = '█'.repeat(filled) + '·'.repeat(width - filled);
      stream.write(`\r${label} [${bar}] ${done}/${total}${share === 1 ? '\n' : ''}`);
    } else if (Math.floor(share * 10) > tenth) {
      tenth = Math.floor(share * 10);
      stream.write(`${label}: ${done} of ${total}\n`);
    }
  };
}
