// A certificate authority and what it issues to localhost, for as long as a test runs.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  authority: string;
  certificate: string;
  key: string;
}

/** PEM files in this folder. */
export function issueCertificate(folder: string): Certificate {
  const file = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  writeFileSync(file("names"), "subjectAltName=DNS:localhost\n");
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Latchkey tests", "-days", "2");
  openssl("req", ...newKey, "-keyout", "portal.key", "-out", "portal.csr", "-subj", "/CN=localhost");
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"];
  openssl("x509", "-req", "-in", "portal.csr", ...signed, "-out", "portal.pem");
  return { authority: file("ca.pem"), certificate: file("portal.pem"), key: file("portal.key") };
}
