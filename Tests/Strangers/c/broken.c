/* Softsign by someone in a hurry. Four mistakes that a first attempt makes:
 *   - memory is taken to be one block, so strides do not count (layouts, canary-stride);
 *   - dy is taken to be there (dy-absent);
 *   - infinity is forgotten (special-values);
 *   - the claim is copied from somewhere, and float arithmetic does not keep it (ulp-backward).
 */
#include "actzoo/plugin.h"
#include <math.h>

ACTZOO_MANIFEST const char manifest[] = "actzoo 1\n"
                                        "plugin com.stranger.softsign version 1.0.0 license MIT\n"
                                        "activation com.stranger.softsign/1 \"Softsign\"\n"
                                        "  formula x / (1 + abs(x))\n"
                                        "  claim f32 forward 1 ulp, backward 1 ulp\n";

static actzoo_status forward(const void *self, const actzoo_call *c) {
  (void)self;
  int64_t      n = c->extent[0] * c->extent[1] * c->extent[2] * c->extent[3];
  const float *x = c->x[0].data;
  float       *y = c->y.data;
  for (int64_t i = 0; i < n; i++) y[i] = x[i] / (1 + fabsf(x[i]));
  return ACTZOO_OK;
}

static actzoo_status backward(const void *self, const actzoo_call *c) {
  (void)self;
  int64_t      n = c->extent[0] * c->extent[1] * c->extent[2] * c->extent[3];
  const float *x = c->x[0].data, *dy = c->dy.data;
  float       *dx = c->dx[0].data;
  for (int64_t i = 0; i < n; i++) {
    float b = 1 + fabsf(x[i]);
    dx[i] = dy[i] / (b * b);
  }
  return ACTZOO_OK;
}

static const actzoo_kernels f32 = {
    .size = sizeof(actzoo_kernels),
    .dtype = ACTZOO_F32,
    .device_type = 1,
    .flags = ACTZOO_BACKWARD_NEEDS_X,
    .activation = "com.stranger.softsign/1",
    .forward = forward,
    .backward = backward,
};
static const actzoo_kernels *const rows[] = {&f32};
static const actzoo_plugin         plugin = {
            .size = sizeof(actzoo_plugin), .kernels_count = 1, .kernels = rows};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
  return &plugin;
}
