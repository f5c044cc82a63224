import type { Component } from "solid-js";
import type { Own } from "../feed/presence";
import { t } from "../lib/i18n";
import { Gate } from "./Gate";
import { SignOut } from "./SignOut";

/** For somebody who is signed in and has no business with the wall. */
export const NoWall: Component<{ own: Own }> = (props) => (
  <Gate title={props.own.session()?.display ?? ""} note={t().noWall}>
    <div class="buttons">
      <SignOut own={props.own} focused />
    </div>
  </Gate>
);
