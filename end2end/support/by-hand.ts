// Somebody without a browser: signs in and posts the portal's forms, where a spec only needs what comes of it.
import type { Portal } from "./portal.ts";
import { type Answer, fetchRaw, postByHand } from "./wire.ts";

export interface Hand {
  /** As a header. */
  cookie: string;
  get(path: string): Promise<Answer>;
  /** Fails unless it was taken; returns the answer's JSON. */
  post(path: string, fields: Record<string, string>): Promise<string>;
}

export async function signInByHand(portal: Portal, name: string): Promise<Hand> {
  const taken = (answer: Answer) => {
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
    return answer;
  };
  const signIn = { name, password: portal.people[name] };
  const { headers } = taken(await postByHand(`${portal.url}/api/ui/session/sign-in`, signIn));
  const cookie = (headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  return {
    cookie,
    get: (path) => fetchRaw(portal.url + path, { cookie }),
    post: async (path, fields) => JSON.parse(taken(await postByHand(portal.url + path, fields, { cookie })).body.toString()),
  };
}

/** Enables where a click is enough, and returns the path of the change once it is verified, or ended like this. */
export async function enableByHand(hand: Hand, account: string, region: string, id: string, end = "verified"): Promise<string> {
  await whenReadByHand(hand, account, region, id);
  const review = await hand.post("/api/ui/review/take", { account, region, id, to: "password-free" });
  const change = `/changes/${await hand.post("/api/ui/change/confirm", { review, key: review })}`;
  await until(hand, change, `data-state="${end}"`);
  return change;
}

/** Once the portal has read how this instance is entered. */
export async function whenReadByHand(hand: Hand, account: string, region: string, id: string): Promise<void> {
  await until(hand, `/instances/${account}/${region}/${id}`, "VpcAuthMode=");
}

async function until(hand: Hand, path: string, words: string): Promise<void> {
  const late = Date.now() + 60_000;
  while (!(await hand.get(path)).body.includes(words)) {
    if (Date.now() > late) throw new Error(`${path} never had ${words}`);
  }
}
