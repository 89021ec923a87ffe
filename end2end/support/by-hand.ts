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

/** Enables where a click is enough, and returns the path of the change once it is verified. */
export async function enableByHand(hand: Hand, account: string, region: string, id: string): Promise<string> {
  const late = Date.now() + 60_000;
  const until = async (path: string, words: string) => {
    while (!(await hand.get(path)).body.includes(words)) {
      if (Date.now() > late) throw new Error(`${path} never had ${words}`);
    }
  };
  await until(`/instances/${account}/${region}/${id}`, "VpcAuthMode=");
  const review = await hand.post("/api/ui/review/take", { account, region, id, to: "password-free" });
  const change = `/changes/${await hand.post("/api/ui/change/confirm", { review, key: review })}`;
  await until(change, 'data-state="verified"');
  return change;
}
