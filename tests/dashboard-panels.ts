/** A panel as Grafana reads it. */
export interface PlacedPanel {
    id: number;
    type: string;
    title: string;
    description?: string;
    datasource?: unknown;
    gridPos: { x: number; y: number; w: number; h: number };
    fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: unknown } } };
    targets?: { refId: string; expr: string; datasource: unknown; instant?: boolean; range?: boolean }[];
    transformations?: { id: string; options: unknown }[];
}

/** The panels of a dashboard as Grafana reads them: as JSON. */
export const panelsOf = ({ panels = [] }: { panels?: unknown[] }): PlacedPanel[] =>
    JSON.parse(JSON.stringify(panels)) as PlacedPanel[];
