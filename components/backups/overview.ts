import { Seconds } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { backupAge, type BackupJob } from "./alerts";

/** Backups on the overview dashboard. */
export const backupsOverview = (jobs: readonly BackupJob[], ageHours: number): OverviewPanels => ({
    stats: [
        stat(
            "Newest backups",
            "Age of the newest backup of each kind. Worry when it is more than the time between two backups.",
            Seconds,
            { "{{cronjob}}": backupAge(jobs) },
            { above: [ageHours * 3600] },
        ),
    ],
});
