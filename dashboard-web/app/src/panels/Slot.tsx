import { type Component, ErrorBoundary, Show, splitProps } from "solid-js";
import { t } from "../lib/i18n";
import { ErrorCard } from "../ui/ErrorCard";
import type { PanelProps } from "./panel";
import { PANELS } from "./registry";

/** A place for a panel. What fails in it stays in it. */
export const Slot: Component<PanelProps & { id: string }> = (props) => {
  const [, given] = splitProps(props, ["id"]);
  const panel = () => PANELS[props.id];
  return (
    <div class="slot" data-panel={props.id}>
      <ErrorBoundary
        fallback={(error: unknown, reset) => {
          console.error(`panel ${props.id} failed`, error);
          return <ErrorCard title={t().panelFailed} detail={`${props.id}: ${String(error)}`} onAgain={reset} />;
        }}
      >
        <Show when={panel()} keyed fallback={<ErrorCard title={t().panelFailed} detail={t().panelUnknown(props.id)} />}>
          {(Shown) => <Shown {...given} />}
        </Show>
      </ErrorBoundary>
    </div>
  );
};
