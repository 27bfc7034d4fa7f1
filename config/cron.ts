/** A cron schedule as Kubernetes reads it: https://pkg.go.dev/github.com/robfig/cron/v3 */

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** The fields in turn: what each is, its limits and the names of its values. */
const fields = [
    { what: "minute", least: 0, most: 59, names: [] },
    { what: "hour", least: 0, most: 23, names: [] },
    { what: "day of the month", least: 1, most: 31, names: [] },
    { what: "month", least: 1, most: 12, names: months },
    { what: "day of the week", least: 0, most: 6, names: days },
];

/** What is wrong with a schedule; undefined where nothing is. */
export function cronProblem(schedule: string): string | undefined {
    if (/^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/.test(schedule)) {
        return undefined;
    }
    const parts = schedule.split(/ +/);
    if (parts.length !== fields.length || /[^\x21-\x7e ]/.test(schedule)) {
        return "is not a cron schedule; write minute, hour, day of the month, month and day of the week, like 0 3 * * *";
    }
    const wrong = fields.findIndex((field, i) => !(parts[i] ?? "").split(",").every((part) => fits(part, field)));
    const { what, least, most } = fields[wrong] ?? { what: "", least: 0, most: 0 };
    return wrong < 0
        ? undefined
        : `has "${parts[wrong] ?? ""}" for the ${what}; write numbers from ${least} to ${most}, or * for all, as in 0 3 * * *`;
}

/** A value, a range `a-b` or `*`, each of them with a step behind it or without: `10-20/5`. */
function fits(part: string, { least, most, names }: (typeof fields)[number]): boolean {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const [low = Number.NaN, high = low, ...more] = range.split("-").map((text) => {
        const name = names.indexOf(text.toLowerCase());
        return name >= 0 ? name + least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
    });
    return (
        Number(step) > 0 && (/^[*?]$/.test(range) || (more.length === 0 && low >= least && low <= high && high <= most))
    );
}
