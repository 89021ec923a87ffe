// Passkeys: asks the browser's authenticator on behalf of a form, and sends the form with its answer.
//
// The form names what says what to ask (`data-ask`). Whatever is wrong there is told as to any form: it is sent without
// an answer. What the browser refuses (cancelled, none for this address) is told beside the button, and nothing is sent.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const listed = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

const make = async ({ publicKey }) => {
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  const challenge = bytes(publicKey.challenge);
  const excludeCredentials = listed(publicKey.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey: { ...publicKey, user, challenge, excludeCredentials } });
  const { attestationObject, clientDataJSON } = made.response;
  return answer(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
};

const sign = async ({ publicKey }) => {
  const challenge = bytes(publicKey.challenge);
  const allowCredentials = listed(publicKey.allowCredentials);
  const signed = await navigator.credentials.get({ publicKey: { ...publicKey, challenge, allowCredentials } });
  const { authenticatorData, clientDataJSON, signature, userHandle } = signed.response;
  return answer(signed, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
};

const answer = ({ id, rawId, type }, response) => JSON.stringify({ id, rawId: text(rawId), type, response });

const asked = async (form) => {
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
  const response = await fetch(form.dataset.ask, { method: "POST", headers, body: "" });
  return response.ok ? JSON.parse(await response.json()) : null;
};

addEventListener("submit", async (event) => {
  const form = event.target;
  const acts = { make, sign };
  const act = acts[form.dataset?.passkey];
  if (!act) return;
  event.preventDefault();
  if ("busy" in form.dataset) return;
  form.dataset.busy = "";
  const none = form.querySelector("[data-passkey-none]");
  none.hidden = true;
  try {
    const what = await asked(form);
    form.querySelector("[data-answer]").value = what ? await act(what) : "";
    form.submit();
  } catch {
    none.hidden = false;
    delete form.dataset.busy;
  }
});
