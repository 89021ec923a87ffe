
// Only in what `cargo xtask watch` builds: reloads the page when the portal was built again.
const round = async () => {
  const answer = await fetch("/watch.txt", { cache: "no-store" });
  return answer.ok ? answer.text() : undefined;
};
const first = await round();
setInterval(async () => {
  // Between two runs nobody answers.
  const now = await round().catch(() => undefined);
  if (now !== undefined && now !== first) location.reload();
}, 500);
