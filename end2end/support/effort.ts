// What a task costs whoever does it: clicks (or taps) and keystrokes, counted one by one.
//
// A person's task goes through these functions alone, and each does what the person does: a list of choices is opened
// and then chosen from, a text is typed key by key. What a test does besides (waiting, looking, the clock) is free.
import type { Download, Locator, Page, TestInfo } from "@playwright/test";

import { expect } from "./test.ts";

export interface Cost {
  clicks: number;
  keys: number;
}

export class Effort {
  readonly cost: Cost = { clicks: 0, keys: 0 };
  readonly #page: Page;
  readonly #touch: boolean;

  /** On a screen that is touched, clicks are taps. */
  constructor(page: Page, touch = false) {
    this.#page = page;
    this.#touch = touch;
  }

  async click(target: Locator): Promise<void> {
    await (this.#touch ? target.tap() : target.click());
    this.cost.clicks += 1;
  }

  /** Types where the cursor is. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
    this.cost.keys += text.length;
  }

  /** Puts the cursor at its beginning, and types. */
  async fill(target: Locator, text: string): Promise<void> {
    const position = { x: 14, y: 14 };
    await (this.#touch ? target.tap({ position }) : target.click({ position }));
    this.cost.clicks += 1;
    await this.type(text);
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    this.cost.keys += 1;
  }

  /** One click opens the list, another one chooses. */
  async choose(target: Locator, option: string): Promise<void> {
    await target.selectOption(option);
    this.cost.clicks += 2;
  }

  /** What comes of a click. */
  async download(target: Locator): Promise<Download> {
    const arriving = this.#page.waitForEvent("download");
    await this.click(target);
    return arriving;
  }

  /** Keeps the numbers with the test, and fails if the task became longer than this. */
  async expectAtMost(allowed: Cost, test: TestInfo): Promise<void> {
    const { clicks, keys } = this.cost;
    test.annotations.push({ type: "effort", description: `${clicks} clicks, ${keys} keystrokes` });
    await test.attach("effort.json", { body: JSON.stringify({ ...this.cost, allowed }), contentType: "application/json" });
    expect(clicks, `${clicks} clicks, ${allowed.clicks} allowed`).toBeLessThanOrEqual(allowed.clicks);
    expect(keys, `${keys} keystrokes, ${allowed.keys} allowed`).toBeLessThanOrEqual(allowed.keys);
  }
}
