/* x + a x^2 in f32, right with FAULT 0 and wrong in one way with every other number: what the checks of
 * every kernel must see. Compiled by the tests, one library for each fault. */
#define _GNU_SOURCE
#include "actzoo/plugin.h"
#include <unistd.h>

ACTZOO_MANIFEST const char manifest[] = "actzoo 1\n"
                                        "plugin test.parabola version 1.0.0 license Apache-2.0\n"
                                        "activation test.parabola/1 \"Parabola\"\n"
                                        "  formula x + a * x^2\n"
                                        "  param a = 0.5 per layer|channel\n"
                                        "  claim f32 forward 4 ulp + 1e-6, backward 4 ulp + 1e-6\n";

enum {
  NONE,
  IGNORES_STRIDES,    /* rows are taken to follow each other               */
  OVERWRITES_SUMS,    /* dparam is set, not added to                       */
  READS_TWICE,        /* x is read again after y is written                */
  IGNORES_PARAMETERS, /* the first value of a parameter serves for all     */
  NEEDS_SUMS,         /* dx is another where no sums are wanted            */
  KNOWS_ITS_THREAD,   /* other bits on every thread but the first          */
  KNOWS_ITS_PROCESS,  /* other bits after fork                             */
  UNSTEADY            /* every second call gives other bits                */
};

static int is_odd_one_out(void) {
  static int first, calls;
  if (FAULT == UNSTEADY) return ++calls % 2;
  if (FAULT != KNOWS_ITS_THREAD && FAULT != KNOWS_ITS_PROCESS) return 0;
  int self = FAULT == KNOWS_ITS_THREAD ? gettid() : getpid();
  if (!first) first = self;
  return self != first;
}

/* The element `i` of the row at `place` of an operand. */
static int64_t at(const actzoo_view *v, const int64_t place[3], int64_t i) {
  return place[0] * v->stride[0] + place[1] * v->stride[1] + place[2] * v->stride[2] + i * v->stride[3];
}

static void row(const actzoo_call *call, const int64_t place[3], int passes) {
  int64_t            n = call->extent[3];
  const actzoo_view *view = &call->param[0];
  const actzoo_view *sum = call->dparam && call->dparam[0].data ? &call->dparam[0] : NULL;
  const float       *x = call->x[0].data, *dy = call->dy.data, *a = view->data;
  float             *y = passes & 1 ? call->y.data : NULL, *dx = passes & 2 ? call->dx[0].data : NULL;
  int64_t            follow[3] = {place[0], place[1], place[2]};
  if (FAULT == IGNORES_STRIDES) follow[2] = 0, x += place[2] * n;
  int off = is_odd_one_out();
  for (int64_t i = 0; i < n; i++) {
    float v = x[at(&call->x[0], follow, i)];
    float c = FAULT == IGNORES_PARAMETERS ? a[0] : a[at(view, place, i)];
    if (off) c *= 1.000001f;
    float seed = dy ? dy[at(&call->dy, place, i)] : 1;
    if (y) {
      float  result = v + (c * v) * v;
      float *to = &y[at(&call->y, place, i)];
      if (FAULT == READS_TWICE) *to = (c * v) * v, result = *to + x[at(&call->x[0], place, i)];
      *to = result;
    }
    if (dx) {
      float slope = 1 + 2 * c * v;
      if (FAULT == NEEDS_SUMS && !sum) slope *= 1.000001f;
      dx[at(&call->dx[0], place, i)] = seed * slope;
    }
    if (sum && passes & 2) {
      double *to = (double *)sum->data + at(sum, place, i);
      double  part = (double)seed * v * v;
      *to = FAULT == OVERWRITES_SUMS ? part : *to + part;
    }
  }
}

static actzoo_status walk(const actzoo_call *call, int passes) {
  if (FAULT == KNOWS_ITS_THREAD) usleep(20000); /* so that no thread takes all of the work */
  int64_t place[3];
  for (place[0] = 0; place[0] < call->extent[0]; place[0]++)
    for (place[1] = 0; place[1] < call->extent[1]; place[1]++)
      for (place[2] = 0; place[2] < call->extent[2]; place[2]++) row(call, place, passes);
  return ACTZOO_OK;
}

static actzoo_status forward(const void *self, const actzoo_call *call) {
  (void)self;
  return walk(call, 1);
}
static actzoo_status backward(const void *self, const actzoo_call *call) {
  (void)self;
  return walk(call, 2);
}
static actzoo_status fused(const void *self, const actzoo_call *call) {
  (void)self;
  return walk(call, 3);
}

static const actzoo_kernels f32 = {
    .size = sizeof f32,
    .dtype = ACTZOO_F32,
    .device_type = 1,
    .flags = ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,
    .activation = "test.parabola/1",
    .forward = forward,
    .backward = backward,
    .fused = fused,
};
static const actzoo_kernels *const rows[] = {&f32};
static const actzoo_plugin plugin = {.size = sizeof plugin, .kernels_count = 1, .kernels = rows};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
  return &plugin;
}
