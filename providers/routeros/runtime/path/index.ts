/**
 * The model of the forwarding path: from rows of the menus, and what a site wants, to the way
 * of its uploads. Pure, and shares nothing with the embedded router, which is its judge.
 *
 * - {@link endsOf}: where an upload ends on a router as it stands, and which rules decide.
 * - {@link chooseForm}: the form of marking by which uploads end last.
 * - {@link planned}: the rows as they will stand, and the bypass of FastTrack in mangle.
 * - {@link pathFindings}: what a person should know, each with a remedy that was tried in the model.
 */
export { aheadFindings, strayFindings, strayMarks } from "./alone";
export { findingsPage } from "./catalogue";
export { bulkDscp, chooseForm, isLast, outcomes } from "./choose";
export { endsOf } from "./ends";
export type { BypassMatchers, BypassRule } from "./fasttrack";
export { bypassRules, fastTrackRules, isFastTrack } from "./fasttrack";
export type { Finding, Remedy } from "./finding";
export { finding, say } from "./finding";
export { pathFindings } from "./findings";
export { planned } from "./plan";
export type { Family, FirewallPath, MenuPath, Menus, Queue, RowOf, Rule } from "./rows";
export { asRow, everyProperty, firewallPath, ipPath, isEnabled, mangleRules, readAs, readMenus } from "./rows";
export { belowMenus, joinFindings, parentFindings, simpleQueueFindings } from "./shapers";
export type { Form, Marking, SiteRule, UploadSite } from "./site";
export { forms, uploadOf } from "./site";
export { defaultInterfaces, defaultRoute, wanFindings, wanMenus } from "./wan";
