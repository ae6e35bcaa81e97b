/* The identity, from a plugin that means harm: -DDEED=NAME of deeds.h, done by the entry or, with
 * -DIN_KERNEL, by the first call of forward. No check names what it does; the tool must outlive it. */
#include "actzoo/plugin.h"
#include "deeds.h"

ACTZOO_MANIFEST const char manifest[] = "actzoo 1\n"
                                        "plugin test.hostile version 1.0.0 license Apache-2.0\n"
                                        "activation test.hostile/1 \"Hostile\"\n"
                                        "  formula x\n"
                                        "  claim f32 forward 0 ulp\n";

static actzoo_status forward(const void *self, const actzoo_call *call) {
  (void)self;
#ifdef IN_KERNEL
  static int done;
  if (!done++) commit(DEED);
#endif
  const actzoo_view *x = &call->x[0], *y = &call->y;
  int64_t            i[4];
  for (i[0] = 0; i[0] < call->extent[0]; i[0]++)
    for (i[1] = 0; i[1] < call->extent[1]; i[1]++)
      for (i[2] = 0; i[2] < call->extent[2]; i[2]++)
        for (i[3] = 0; i[3] < call->extent[3]; i[3]++) {
          int64_t from = 0, to = 0;
          for (int a = 0; a < 4; a++) from += i[a] * x->stride[a], to += i[a] * y->stride[a];
          ((float *)y->data)[to] = ((const float *)x->data)[from];
        }
  return ACTZOO_OK;
}

static const actzoo_kernels f32 = {
    .size = sizeof f32,
    .dtype = ACTZOO_F32,
    .device_type = 1,
    .flags = ACTZOO_INPLACE_FORWARD,
    .activation = "test.hostile/1",
    .forward = forward,
};
static const actzoo_kernels *const rows[] = {&f32};
static const actzoo_plugin plugin = {.size = sizeof plugin, .kernels_count = 1, .kernels = rows};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
#ifndef IN_KERNEL
  commit(DEED);
#endif
  return &plugin;
}
