// An update as it goes.
export interface Progress {
  phase: "waiting" | "downloading" | "restarting" | "trial" | "done" | "failed";
  percent: number; // of what is to be downloaded; 0 to 100
  says: string; // for a person
  why: string; // of a failure
}
