/* Counting what a loaded library calls: the slots through which it reaches imported functions are led
 * through counters. The calls still happen; calls inside libc, and the test's own, are not seen.     */
#ifndef CCONFORMANCE_WATCH_H
#define CCONFORMANCE_WATCH_H
#include <stddef.h>
#include <stdint.h>

#define CONFORMANCE_WATCHED 192 /* slots at most; what is beyond them is not watched */

/* Puts a counter before every import of `library` (a handle of dlopen) that `names` lists. Returns how
 * many slots are watched now, or -1 where the library's tables cannot be read or changed. Not
 * thread-safe; call it before the library runs.                                                     */
int conformance_watch(void *library, const char *const *names, size_t names_count);

/* Of the slot `index`, 0 up to what conformance_watch returned. The counts are exact on x86-64, and on
 * other machines as long as one thread calls at a time.                                             */
const char *conformance_watched_name(int index);
uint64_t    conformance_watched_calls(int index);
#endif
