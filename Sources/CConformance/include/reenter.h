/* A kernel call that is interrupted, and while it stands still, another one made on the same thread. */
#ifndef CCONFORMANCE_REENTER_H
#define CCONFORMANCE_REENTER_H
#include <stddef.h>
#include <stdint.h>

/* A kernel and its call; the types of actzoo/plugin.h, which this header does not need. */
typedef struct conformance_job {
  int32_t (*kernel)(const void *self, const void *call);
  const void *self;
  const void *call;
} conformance_job;

/* What the inner call must give each time. */
typedef struct conformance_output {
  const void *data;
  const void *expected;
  size_t      bytes;
} conformance_output;

typedef struct conformance_interruptions {
  uint64_t calls;  /* of the inner kernel                     */
  uint64_t wrong;  /* of them gave other bits than expected   */
  int32_t  status; /* of the outer call                       */
} conformance_interruptions;

/* Runs `outer` and interrupts it up to `most` times to run `inner` in a signal handler: on x86-64 after
 * every `stride` instructions, elsewhere by a timer. Only one at a time in a process; changes the
 * handler of one signal while it runs.                                                              */
conformance_interruptions conformance_reenter(conformance_job outer, conformance_job inner,
                                              const conformance_output *outputs, size_t outputs_count,
                                              uint64_t stride, uint64_t most);
#endif
