/**
 * When a kernel sends SYN again, and when it gives up: four retries one second apart (tcp_syn_linear_timeouts, since
 * Linux 6.5), then doubling (tcp_syn_retries 6). Recorded: about 134 s in all on kernel 6.18.
 */
export const synRetriesAtMs: readonly number[] = [
  1_000, 2_000, 3_000, 4_000, 5_000, 7_000, 11_000, 19_000, 35_000, 67_000,
];
export const synGiveUpMs = 134_400;

/** A router says "host unreachable" when three ARP requests, a second apart, had no answer. */
export const arpGiveUpMs = 3_060;
