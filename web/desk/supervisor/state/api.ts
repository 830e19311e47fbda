/** The REST calls of the supervisor's page; failures are `Refused`, as everywhere in the desk. */

import type { SupervisorView } from "@shared/wire";
import { call } from "../../state/rest";

/** Gives the desk as it is now. */
export const readOverview = (): Promise<SupervisorView> => call("GET", "/supervisor");
