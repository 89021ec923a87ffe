// The main pages as assistive technology meets them: what is there, what it is called, in which order.
import { expect, test } from "../support/drill.ts";
import { change, ENABLE, expectOutcome, openInstance, openReview, signIn } from "../support/steps.ts";

test("the sign-in page", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page).toHaveTitle("Sign in · Latchkey");
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - text: Latchkey
      - heading "Sign in" [level=1]
      - paragraph: See which Redis instances can be entered without a password, and change it safely.
      - text: User name
      - textbox "User name"
      - text: Password
      - textbox "Password"
      - button "Sign in"
      - paragraph: No account, or no password any more? An admin of this portal helps, or whoever runs it with latchkey user.
      - group "Language":
        - button "English" [pressed]
        - button "中文"
      - group "Theme":
        - button "System" [pressed]
        - button "Light"
        - button "Dark"
  `);
});

test("the list, an instance, its review and its change", async ({ page, portal, scripts }) => {
  await signIn(page, portal, "olga");
  await openInstance(page, "orders-cache-dev");
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page).toHaveTitle("r-bp1ordersdev0001 · Latchkey");
  await expect(page.getByRole("heading", { name: "Whitelist" })).toBeVisible();
  await expect(page.locator("body")).toMatchAriaSnapshot(`
    - link "Skip to content"
    - navigation "Main":
      - link "Latchkey"
      - link "Instances"
      - link "Changes"
      - link "Audit"
    - banner:
      - group: olga operator
    - main:
      - navigation "Back"
      - heading "orders-cache-dev" [level=1]
      - time: /read \\d+ s ago/
      - button "Read again"
      - heading "Connection information" [level=2]
      - term: Private endpoint
      - definition:
        - code: r-bp1ordersdev0001.redis.rds.aliyuncs.com:6379
      - term: Public endpoint
      - definition: none
      - heading "Whitelist" [level=2]
      - text: /3 groups, 1,024 addresses · read \\d+ s ago/
      - table:
        - rowgroup:
          - row "Group Addresses Kind"
        - rowgroup:
          - row "default 127.0.0.1 yours"
          - row "app_servers 172.16.40.0/24 172.16.41.0/24 yours"
          - row "ali_dms_group 100.104.175.0/24 100.104.72.0/24 system, hidden"
      - heading "Basic information" [level=2]
      - heading "History" [level=2]
      - complementary:
        - heading "Password-free access" [level=2]
        - switch "Password-free access of orders-cache-dev"
        - text: Password required
        - button "Enable password-free access…"
        - paragraph:
          - code: VpcAuthMode=Open
        - heading "Checks" [level=2]
        - group: All 9 checks pass
  `);

  const review = await openReview(page, ENABLE);
  await expect(review).toMatchAriaSnapshot(`
    - article:
      - heading "Enable password-free access on orders-cache-dev?" [level=1]
      - text: development
      - paragraph: r-bp1ordersdev0001 · acme-retail · cn-hangzhou
      - text: Now Password required After Password-free
      - heading "Checks" [level=2]
      - group: All 9 checks pass
      - heading "What this means" [level=2]
      - list:
        - listitem: /Clients in vpc-\\w+, and in VPCs joined with it by CEN, can read and write without a password/
        - listitem: Applications that are already connected must restart or reconnect for it to take effect.
        - listitem: It concerns the default account, which can read and write. Other accounts keep their passwords.
      - paragraph: "/What stays the same: /"
      - paragraph: "/How to go back: /"
      - textbox "Reason optional"
      - link "Cancel"
      - button "Enable password-free access"
  `);
  await page.goto("/instances");

  await change(page, "orders-cache-dev", ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - navigation "Back"
      - 'heading "Enable password-free access: orders-cache-dev" [level=1]'
      - status:
        - paragraph: Verified
        - paragraph: /orders-cache-dev now is password-free inside its VPC\\. Read back twice, [\\d:]+ and [\\d:]+\\./
        - paragraph: "Now: Applications that are already connected: restart or reconnect them."
        - paragraph:
          - text: Cloud RequestId
          - code: /[0-9A-F-]{36}/
      - heading "Progress" [level=2]
      - list:
        - listitem:
          - text: Change requested olga
        - listitem:
          - text: Checked on fresh facts the portal
        - listitem:
          - text: Call recorded, about to be sent the portal
        - listitem:
          - text: Accepted by the cloud the portal ·
        - listitem:
          - text: Verified by reading back the portal ·
      - heading "The exact call" [level=2]
      - paragraph:
        - text: Attempt 1 accepted HTTP 200 Signed
      - code: /POST http.* AccessKeyId=\\*\\*\\* Action=ModifyInstanceVpcAuthMode .* VpcAuthMode=Close Signature=\\*\\*\\*/
      - heading "The same by hand" [level=3]
      - group: aliyun-cli
      - complementary:
        - heading "Change" [level=2]
        - heading "Read-backs" [level=2]
        - table
        - heading "Checks" [level=2]
        - group: All 9 checks pass
  `);
});
