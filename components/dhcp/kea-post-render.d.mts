/** The rendered manifests, completed. @throws Error where the chart no longer renders what is completed. */
export function postRender(manifests: string): string;
