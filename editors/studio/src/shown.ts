// The network that is shown, and what of it is not that of the text any more.
//
// While a mistake is there, the last network without one stays. What could be built of the one with
// the mistake can be seen in its place.

import { byId } from "./dom";
import type { Editor } from "./editor";
import type { PictureView } from "./picture";
import type { Diagnostic, Look } from "./protocol";

export class Shown {
  look: Look | null = null;
  private partial: Look | null = null;
  private wantsPartial = false;
  private isWell = true;
  private touched = new Set<number>();

  constructor(
    private readonly editor: Editor,
    private readonly picture: PictureView,
  ) {
    byId("partial").addEventListener("click", () => {
      this.wantsPartial = !this.wantsPartial;
      this.show();
    });
  }

  /** Whether an answer is shown: one without a mistake is, and any is better than nothing. */
  takes(look: Look | null, isWell: boolean): look is Look {
    return look !== null && (isWell || this.look === null || this.look.network !== look.network);
  }

  /** Take an answer to the text of now, or of a moment ago, with what was found in that. */
  update(look: Look | null, isWell: boolean, isNow: boolean, found: Diagnostic[]): void {
    if (this.takes(look, isWell)) this.look = look;
    this.isWell = isWell;
    this.partial = look && !look.whole ? look : null;
    if (isWell) this.wantsPartial = false;
    if (isWell && isNow) this.editor.settled();
    this.touched = isWell && isNow ? new Set() : this.editor.touched(found);
    this.show();
  }

  private show(): void {
    if (!this.look) return;
    const isOld = !this.isWell && this.look.whole;
    const partial = isOld && this.wantsPartial ? this.partial : null;
    this.picture.show((partial ?? this.look).picture);
    this.picture.stale(this.editor.spec, partial ? new Set() : this.touched);
    document.body.toggleAttribute("data-stale", isOld);
    byId("picture").classList.toggle("partial", partial !== null);
    byId("stale-mark").textContent = partial ? "up to the mistake" : "before the mistake";
    byId("partial").textContent = partial ? "before it" : "up to it";
    byId("partial").hidden = !(isOld && this.partial);
  }
}
