/** What the engine does next: finals before partials, and neither waits for ever. */
import type { Question } from "./engine-protocol.js";

export type Waiting = Question & { readonly id: number };
type Kind = "final" | "partial";

export class EngineQueue {
  readonly #finals: Waiting[] = [];
  readonly #partials: Waiting[] = [];
  /** How much longer than finals partials were worked on, as far as a final was under way. */
  #partialLeadMs = 0;

  get isEmpty(): boolean {
    return this.#finals.length === 0 && this.#partials.length === 0;
  }

  get length(): number {
    return this.#finals.length + this.#partials.length;
  }

  add(question: Waiting): void {
    (kindOf(question) === "partial" ? this.#partials : this.#finals).push(question);
  }

  /** Takes a question out before its turn; undefined where its turn has come. */
  cancel(id: number): void {
    const index = this.#partials.findIndex((waiting) => waiting.id === id);
    if (index >= 0) this.#partials.splice(index, 1);
  }

  /**
   * The question to begin now; undefined: let the windows under way take a step. A partial gets in between the steps of a final,
   * which takes as long again before the next partial does.
   */
  take(isStepping: boolean, canBegin: (question: Waiting) => boolean): Waiting | undefined {
    const [final] = this.#finals;
    if (final !== undefined && canBegin(final)) return this.#finals.shift();
    if (isStepping && this.#partialLeadMs > 0) return undefined;
    return this.#partials.shift();
  }

  /** `isStepping`: whether windows were under way meanwhile. */
  spent(milliseconds: number, kind: Kind, isStepping: boolean): void {
    if (!isStepping) this.#partialLeadMs = 0;
    else if (kind === "partial") this.#partialLeadMs += milliseconds;
    else this.#partialLeadMs = Math.max(0, this.#partialLeadMs - milliseconds);
  }
}

function kindOf({ type }: Question): Kind {
  return type === "partial" ? "partial" : "final";
}
