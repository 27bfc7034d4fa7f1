import { expect } from "chai";

import { cronProblem } from "./cron";

describe("a schedule", () => {
    it("is one that Kubernetes takes", () => {
        for (const schedule of [
            ...[
                "0 3 * * *",
                "*/15 0-6,22 1-31/2 jan-MAR,12 mon-Fri",
                "59 23 31 12 6",
                "5/10 * ? * ?",
                "00  03 * * 0",
                "@daily",
            ],
        ]) {
            expect(cronProblem(schedule), schedule).to.equal(undefined);
        }
        for (const schedule of ["", "@reboot", "0 3 * *", "0 3 * * * *", "0 3 * * *\n", "TZ=UTC 0 3 * * *"]) {
            expect(cronProblem(schedule), schedule).to.match(/^is not a cron schedule; write/);
        }
        for (const [schedule, problem] of [
            ["60 3 * * *", /^has "60" for the minute; write numbers from 0 to 59/],
            ["0 24 * * *", /for the hour/],
            ["0 3 0 * *", /for the day of the month/],
            ["0 3 * 13 *", /for the month/],
            ["0 3 * * 7", /for the day of the week; write numbers from 0 to 6/],
            ["0 5-3 * * *", /"5-3" for the hour/],
            ["*/0 3 * * *", /for the minute/],
            ["0 3 * * noon", /for the day of the week/],
            ["1,, 3 * * *", /for the minute/],
        ] as const) {
            expect(cronProblem(schedule), schedule).to.match(problem);
        }
    });
});
