/**
 * The model of the forwarding path: from rows of the menus as the router prints them, and what a site wants, to the way
 * of its uploads. Pure, and shares nothing with the embedded router, which is its judge.
 *
 * - {@link endsOf}: where an upload ends on a router as it stands, and which rules decide.
 * - {@link chooseForm}: the form of marking by which uploads end last.
 * - {@link planned}: the rows as they will stand, and the bypass of FastTrack in mangle.
 * - {@link pathFindings}: what a person should know, each with a remedy that was tried in the model.
 */
export { findingsPage } from "./catalogue";
export { chooseForm, isLast, outcomes } from "./choose";
export { endsOf } from "./ends";
export type { BypassMatchers, BypassRule } from "./fasttrack";
export { bypassRules, fastTrackRules, isFastTrack } from "./fasttrack";
export type { Remedy } from "./finding";
export { say } from "./finding";
export { pathFindings } from "./findings";
export type { Menus, Row } from "./packet";
export { planned } from "./plan";
export { joinFindings, parentFindings, simpleQueueFindings } from "./shapers";
export type { Form, Marking, UploadSite } from "./site";
export { forms, uploadOf } from "./site";
export { defaultRoute, wanFindings, wanMenus } from "./wan";
