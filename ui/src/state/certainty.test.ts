import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Failure } from "../contract";
import type { Result } from "../logic/result";

const desk = vi.hoisted(() => ({ state: "unknown", asked: [] as string[] }));
vi.mock("../bridge", () => ({
  newRequestId: () => "the-request",
  perform: (_name: string, request: { request_id: string }) => {
    desk.asked.push(request.request_id);
    return Promise.resolve({ answer: { state: desk.state }, failure: null });
  },
}));
const { Certainty } = await import("./certainty.svelte");

const fault: Result<string> = { answer: null, failure: { code: "fault", message: "Broken.", reference: "F-1" } };
const refusal: Failure = { code: "no_checks_left", message: "No checks are left." };
const verdict: Result<string> = { answer: "verdict", failure: null };
const reread = () => Promise.resolve<Result<string>>({ answer: "read again", failure: null });
const never = new Promise<Result<string>>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
  desk.state = "unknown";
  desk.asked = [];
});
afterEach(() => void vi.useRealTimers());

describe("a request that must not be lost or doubled", () => {
  it("simply ends when the answer comes, and asks nothing", async () => {
    expect(await new Certainty().run(() => Promise.resolve(verdict), reread)).toEqual(verdict);
    expect(desk.asked).toEqual([]);
  });

  it("says at once that it runs, after 3 s that it is slow, after 10 s that it finds out", async () => {
    const certainty = new Certainty();
    desk.state = "judging";
    void certainty.run(() => never, reread);
    expect(certainty.phase).toBe("running");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(certainty.phase).toBe("slow");
    await vi.advanceTimersByTimeAsync(7_000);
    expect(certainty.phase).toBe("finding_out");
    expect(desk.asked).toContain("the-request");
  });

  it("reads the call again when it counted but the answer is lost", async () => {
    desk.state = "done";
    const end = new Certainty().run(() => never, reread);
    await vi.advanceTimersByTimeAsync(11_000);
    expect((await end) as Result<string>).toEqual({ answer: "read again", failure: null });
  });

  it("ends when the desk says that it counted and broke off", async () => {
    desk.state = "broken_off";
    const end = new Certainty().run(() => Promise.resolve(fault), reread);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await end).toBe("counted_only");
  });

  it("says that it did not count when it broke and the desk never saw it", async () => {
    const end = new Certainty().run(() => Promise.resolve(fault), reread);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await end).toBe("did_not_count");
  });

  it("is sent once, whatever happens", async () => {
    const send = vi.fn(() => Promise.resolve(fault));
    const end = new Certainty().run(send, reread);
    await vi.advanceTimersByTimeAsync(30_000);
    await end;
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("does not call it lost while it may still arrive", async () => {
    const certainty = new Certainty();
    void certainty.run(() => never, reread);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(certainty.phase).toBe("finding_out");
  });

  it("takes a verdict that arrives late", async () => {
    const late = new Promise<Result<string>>((done) => setTimeout(() => done(verdict), 14_000));
    const end = new Certainty().run(() => late, reread);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await end).toEqual(verdict);
  });

  it("passes a refusal on: the desk said no, there is no doubt", async () => {
    const end = await new Certainty().run(() => Promise.resolve<Result<string>>({ answer: null, failure: refusal }), reread);
    expect(end).toEqual({ answer: null, failure: refusal });
    expect(desk.asked).toEqual([]);
  });
});
