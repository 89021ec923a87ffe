// A provider of single sign-on for the tests: the certified `oidc-provider`, which by itself is honest.
//
// What a test tells it at /control decides who signs in and, where a `lie` is told, what is done to the tokens, keys or
// metadata that it made. Prints its issuer when it listens. Loopback only.
import { createServer } from "node:http";

import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, decodeJwt } from "jose";
import Provider from "oidc-provider";

const SECRET = "the secret of the tests, long enough";
const listener = createServer();
await new Promise((resolve) => listener.listen(Number(process.env.PORT ?? 0), "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${listener.address().port}`;

const rsa = await pair("RS256", "rsa-1");
const ec = await pair("ES256", "ec-1");
const another = await pair("RS256", "rsa-1");
const next = await pair("RS256", "rsa-2");

const told = {
  account: { sub: "sub-kay", preferred_username: "kay", groups: ["staff"] },
  redirect_uris: ["https://nowhere.example/callback"],
  post_logout_redirect_uris: [],
  alg: "RS256",
  authentication: "client_secret_basic",
  claims_in: "token",
  lie: "",
  answers: true,
};
let provider = build();

listener.on("request", async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === "/control") return control(request, response);
  if (!told.answers) return request.socket.destroy();
  const interaction = /^\/interaction\/([\w-]+)(\/enter|\/refuse)?$/.exec(url.pathname);
  if (interaction) return interact(request, response, interaction);
  if (told.lie === "redirects" && url.pathname.startsWith("/.well-known/")) {
    return response.writeHead(302, { location: `${issuer}/elsewhere` }).end();
  }
  if (url.pathname === "/elsewhere") told.seen_elsewhere = true;
  provider.callback()(request, response);
});
console.log(issuer);

async function pair(alg, kid) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const common = { alg, kid, use: "sig" };
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), ...common }, pub: { ...(await exportJWK(publicKey)), ...common } };
}

function build() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "latchkey",
        client_secret: SECRET,
        redirect_uris: told.redirect_uris,
        post_logout_redirect_uris: told.post_logout_redirect_uris,
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: told.authentication,
        id_token_signed_response_alg: told.alg,
      },
    ],
    clientAuthMethods: [told.authentication],
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"] },
    jwks: { keys: [rsa.jwk, ec.jwk] },
    cookies: { keys: ["of the tests"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    conformIdTokenClaims: told.claims_in === "user-info",
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ ...told.account, sub: accountId }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    // Nobody is asked whether the portal may know who they are.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: "latchkey", accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, proceed) => {
    await proceed();
    if (told.lie) await lie(context);
  });
  return provider;
}

/** What a provider that is broken, or not who it says, would answer. */
async function lie(context) {
  const body = context.body;
  if (context.path === "/.well-known/openid-configuration") {
    if (told.lie === "other-issuer") body.issuer = "https://evil.example";
    if (told.lie === "authorization-elsewhere") body.authorization_endpoint = "http://192.168.7.7/auth";
    if (told.lie === "token-elsewhere") body.token_endpoint = "http://169.254.169.254/token";
    if (told.lie === "huge") body.padding = "x".repeat(4 << 20);
  }
  if (context.path === "/jwks" && told.lie === "rotated") body.keys = [next.pub];
  if (context.path !== "/token" || !body?.id_token) return;
  const claims = decodeJwt(body.id_token);
  const now = Math.floor(Date.now() / 1000);
  const signed = (change, key = rsa, kid = key.jwk.kid) =>
    new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: key.jwk.alg, kid }).sign(key.privateKey);
  const lies = {
    "wrong-nonce": () => signed({ nonce: "of another sign-in" }),
    "no-nonce": () => signed({ nonce: undefined }),
    "wrong-audience": () => signed({ aud: "another-client" }),
    "more-audiences": () => signed({ aud: ["latchkey", "another-client"], azp: "latchkey" }),
    "wrong-party": () => signed({ azp: "another-client" }),
    "wrong-issuer": () => signed({ iss: "https://evil.example" }),
    expired: () => signed({ iat: now - 300, exp: now - 120 }),
    "made-long-ago": () => signed({ iat: now - 3600 }),
    "made-tomorrow": () => signed({ iat: now + 86400, exp: now + 90000 }),
    "no-subject": () => signed({ sub: "" }),
    "another-key": () => signed({}, another),
    "unknown-key": () => signed({}, rsa, "nobody-has-it"),
    rotated: () => signed({}, next),
    none: () => new UnsecuredJWT(claims).encode(),
    hs256: () => new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET)),
    // The public key as the secret: what a confused verifier would take.
    "hs256-of-the-key": () =>
      new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "rsa-1" }).sign(new TextEncoder().encode(JSON.stringify(rsa.pub))),
    "cut-off": () => body.id_token.slice(0, -20),
    "not-afresh": () => signed({ auth_time: now - 7200 }),
  };
  if (told.lie === "no-token") delete body.id_token;
  else if (lies[told.lie]) body.id_token = await lies[told.lie]();
}

async function interact(request, response, [, uid, act]) {
  if (act === "/enter") {
    return provider.interactionFinished(request, response, { login: { accountId: told.account.sub } });
  }
  if (act === "/refuse") {
    const refusal = { error: "access_denied", error_description: "<script>zq7-do-not-repeat</script>" };
    return provider.interactionFinished(request, response, refusal);
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(
    `<!DOCTYPE html><html lang="en"><title>The tests' provider</title><h1>The tests' provider</h1>
     <p><a href="/interaction/${uid}/enter">Continue as ${told.account.preferred_username}</a></p>
     <p><a href="/interaction/${uid}/refuse">Cancel</a></p></html>`,
  );
}

async function control(request, response) {
  let text = "";
  for await (const chunk of request) text += chunk;
  Object.assign(told, JSON.parse(text || "{}"));
  provider = build();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ ...told, issuer, secret: SECRET }));
}
