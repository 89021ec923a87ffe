// `kill -9` in the middle of a change, then a start on the same database: the truth is found by reading, never by sending.
import { expect, test } from "../support/drill.ts";
import { audited, change, ENABLE, expectOutcome, signIn } from "../support/steps.ts";

const NAME = "orders-cache-dev";
const ID = "r-bp1ordersdev0001";

for (const database of ["sqlite", "postgres"] as const) {
  test.describe(() => {
    test.use({ drill: { database, relayed: true } });

    test(`killed between call and answer, on ${database}`, async ({ page, portal, cloud, complaints, scripts }) => {
      // Applied at once, answered never.
      const action = "ModifyInstanceVpcAuthMode";
      await cloud.addFault({ action, fault: { kind: "delay", after_ms: 60_000 } });
      await signIn(page, portal, "olga");
      const path = await change(page, NAME, ENABLE);
      await expectOutcome(page, scripts, "Sending");
      await expect.poll(() => cloud.writes(ID)).toHaveLength(1);
      await portal.kill();
      await portal.startAgain();
      await page.goto(portal.url + path);
      const outcome = await expectOutcome(page, scripts, "Verified");
      await expect(outcome).toContainText(`${NAME} now is password-free inside its VPC. Read back twice, `);
      expect(await cloud.writes(ID)).toHaveLength(1);
      await expect((await audited(page, "change.unclear")).filter({ hasText: ID })).toContainText("why=portal-stopped");
      await expect((await audited(page, "change.verified")).filter({ hasText: ID })).toContainText("by=reconciler");
      // With scripts the open page asked a portal that was dead.
      complaints.splice(0);
    });

    test(`killed before anything was sent, on ${database}`, async ({ page, portal, cloud, relay, complaints, scripts }) => {
      await signIn(page, portal, "olga");
      const held = relay.holdWrites();
      const path = await change(page, NAME, ENABLE);
      await held;
      await portal.kill();
      relay.letThrough();
      await portal.startAgain();
      await page.goto(portal.url + path);
      const outcome = await expectOutcome(page, scripts, "Did not happen");
      await expect(outcome).toContainText("the value is unchanged");
      expect(await cloud.writes()).toEqual([]);
      expect((await cloud.instance(ID)).VpcAuthMode).toBe("Open");
      await expect((await audited(page, "change.failed")).filter({ hasText: ID })).toContainText("why=not-applied");
      complaints.splice(0);
    });
  });
}
