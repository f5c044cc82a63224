// A certified provider of OpenID Connect for tests: node server.js PORT REDIRECT_URI. Its keys are made at the start. It lets in whom the test says, and
// goes wrong as the test says: POST /control {"account", "mode"} (modes below); GET /control tells how often its keys were asked for. Ends with its input.
import { createServer } from "node:http";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const control = { account: "", mode: "", keysAsked: 0 };

async function made(kid) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" } };
}
const key = await made("key-1");
// It is published from when it first signs.
const next = await made("key-2");
// Nobody knows it; it says that it is the first.
const stranger = await made("key-1");
const published = ({ jwk: { kty, n, e, kid, alg, use } }) => ({ kty, n, e, kid, alg, use });

const provider = new Provider(issuer, {
  clients: [{ client_id: "yiping", client_secret: "the-secret-of-the-test", redirect_uris: [redirect] }],
  jwks: { keys: [key.jwk] },
  cookies: { keys: ["of the test"] },
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id.replace(/^sub-/, "") }),
  }),
  // Nobody is asked what the centre may know.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});
provider.use(async (context, go) => {
  await go();
  if (context.path === "/jwks") {
    control.keysAsked += 1;
    if (control.mode === "next-key") context.body = { keys: [published(key), published(next)] };
  }
  if (typeof context.body?.id_token === "string") context.body.id_token = await spoilt(context.body.id_token);
});

/** The token as it was, or as an attacker or a broken provider would give it. */
async function spoilt(token) {
  const claims = decodeJwt(token);
  const signed = (more, signer = key) =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: "RS256", kid: signer.kid }).sign(signer.privateKey);
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  switch (control.mode) {
    case "audience":
      return signed({ aud: "somebody-else" });
    case "issuer":
      return signed({ iss: "https://sso.example" });
    case "nonce":
      return signed({ nonce: "another" });
    case "expired":
      return signed({ exp: Math.floor(Date.now() / 1000) - 3600 });
    case "signature":
      return signed({}, stranger);
    case "next-key":
      return signed({}, next);
    case "unknown-key":
      return signed({}, { ...stranger, kid: "key-of-nobody" });
    case "unsigned":
      return `${base64({ alg: "none" })}.${base64(claims)}.`;
    default:
      return token;
  }
}

async function controlled(request, response) {
  if (request.method === "POST") {
    let body = "";
    for await (const part of request) body += part;
    Object.assign(control, JSON.parse(body));
  }
  response.setHeader("content-type", "application/json").end(JSON.stringify(control));
}

async function interact(request, response) {
  const denied = { error: "access_denied", error_description: "not today" };
  const result = control.mode === "denied" ? denied : { login: { accountId: control.account } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

createServer((request, response) => {
  const failed = (error) => response.writeHead(500).end(String(error));
  if (request.url === "/control") controlled(request, response).catch(failed);
  else if (control.mode === "slow") request.resume();
  else if (control.mode === "500") response.writeHead(500).end("broken");
  else if (control.mode === "garbage") response.writeHead(200, { "content-type": "application/json" }).end("<html>");
  else if (request.url.startsWith("/interaction/")) interact(request, response).catch(failed);
  else provider.callback()(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
process.stdin.on("end", () => process.exit(0)).resume();
