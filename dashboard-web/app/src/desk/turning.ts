import { type Accessor, createComputed, createSignal, on, untrack } from "solid-js";
import type { Turn } from "../feed/scene";
import type { Wall } from "../feed/store";
import { Board, type Filter } from "./board";

/** A board of what is open, changed in place by what changed; the accessor says that it was. */
export function createBoard(wall: Wall, filter: Accessor<Filter>): Accessor<Board> {
  const board = new Board();
  const [turned, turn] = createSignal(board, { equals: false });
  const refill = () => {
    board.fill(untrack(wall.alarms).values(), untrack(filter));
    turn(board);
  };
  const take = (turns: readonly Turn[]) => {
    board.turn(turns, untrack(wall.now));
    turn(board);
  };
  createComputed(on(filter, refill));
  createComputed(on(wall.turns, (turns) => (turns === undefined ? refill() : take(turns))));
  createComputed(
    on(
      () => Math.floor(wall.now() / 60_000),
      () => take([]),
      { defer: true },
    ),
  );
  return turned;
}
