import type { Component } from "solid-js";
import { t } from "../../lib/i18n";

/** What the marks of the map mean. */
export const Legend: Component = () => (
  <ul class="legend">
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <rect x="8.5" y="8.5" width="7" height="7" fill="#aeb3b8" stroke="#aeb3b8" stroke-width="2" />
      </svg>
      {t().legend.station}
    </li>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <circle cx="12" cy="12" r="4.5" fill="none" stroke="#aeb3b8" stroke-width="2" />
      </svg>
      {t().legend.gas}
    </li>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <path d="M12 24V6" stroke="#aeb3b8" stroke-width="2" />
        <path d="M12 0l6 13h-12z" fill="#aeb3b8" />
      </svg>
      {t().legend.wind}
    </li>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <rect x="8.5" y="8.5" width="7" height="7" fill="none" stroke="#666c72" stroke-width="2" />
      </svg>
      {t().legend.silent}
    </li>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <circle cx="12" cy="12" r="10" fill="none" stroke="#fff" stroke-width="2.5" />
      </svg>
      {t().legend.ring}
    </li>
  </ul>
);
