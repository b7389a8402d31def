/** What can be asked of doctor. */

export interface DoctorOptions {
  readonly output: 'text' | 'json';
  readonly name: string;
  readonly kindImage?: string;
  readonly probeImage: string;
}
