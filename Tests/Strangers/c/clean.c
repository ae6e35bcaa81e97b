/* Softsign, x / (1 + |x|), by someone who has read plugin.h and nothing else.
 *   cc -O2 -shared -fPIC -fvisibility=hidden -I Include clean.c -o softsign.actzoo.so -lm
 */
#include "actzoo/plugin.h"
#include <math.h>

ACTZOO_MANIFEST const char manifest[] = "actzoo 1\n"
                                        "plugin com.stranger.softsign version 1.0.0 license MIT\n"
                                        "activation com.stranger.softsign/1 \"Softsign\"\n"
                                        "  formula x / (1 + abs(x))\n"
                                        "  claim f32 forward 1 ulp, backward 1 ulp\n"
                                        "  claim f64 forward 2 ulp, backward 3 ulp\n";

static double softsign(double x) {
  return isinf(x) ? copysign(1, x) : x / (1 + fabs(x)); /* inf / inf would be NaN */
}

/* Divides twice: the square of the denominator may overflow. */
static double slope(double x) {
  double b = 1 + fabs(x);
  return 1 / b / b;
}

static double get(const actzoo_view *v, actzoo_dtype type, int64_t at) {
  return type == ACTZOO_F64 ? ((const double *)v->data)[at] : ((const float *)v->data)[at];
}

static void put(const actzoo_view *v, actzoo_dtype type, int64_t at, double value) {
  if (type == ACTZOO_F64)
    ((double *)v->data)[at] = value;
  else
    ((float *)v->data)[at] = (float)value;
}

static int64_t at(const actzoo_view *v, const int64_t i[4]) {
  return i[0] * v->stride[0] + i[1] * v->stride[1] + i[2] * v->stride[2] + i[3] * v->stride[3];
}

/* The type comes with the row, through `self`. Any strides are served, so nothing is ever refused. */
static actzoo_status run(const void *self, const actzoo_call *c, int forward, int backward) {
  const actzoo_dtype type = *(const actzoo_dtype *)self;
  int64_t            i[4];
  for (i[0] = 0; i[0] < c->extent[0]; i[0]++)
    for (i[1] = 0; i[1] < c->extent[1]; i[1]++)
      for (i[2] = 0; i[2] < c->extent[2]; i[2]++)
        for (i[3] = 0; i[3] < c->extent[3]; i[3]++) {
          double x = get(&c->x[0], type, at(&c->x[0], i));
          double dy = backward && c->dy.data ? get(&c->dy, type, at(&c->dy, i)) : 1;
          if (forward) put(&c->y, type, at(&c->y, i), softsign(x));
          if (backward && c->dx[0].data) put(&c->dx[0], type, at(&c->dx[0], i), dy * slope(x));
        }
  return ACTZOO_OK;
}

static actzoo_status forward(const void *self, const actzoo_call *c) { return run(self, c, 1, 0); }
static actzoo_status backward(const void *self, const actzoo_call *c) { return run(self, c, 0, 1); }
static actzoo_status fused(const void *self, const actzoo_call *c) { return run(self, c, 1, 1); }

static const actzoo_dtype type32 = ACTZOO_F32, type64 = ACTZOO_F64;

#define ROW(TYPE, SELF)                                                                                \
  {                                                                                                    \
    .size = sizeof(actzoo_kernels), .dtype = TYPE, .device_type = 1,                                   \
    .flags = ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,               \
    .activation = "com.stranger.softsign/1", .self = SELF, .forward = forward, .backward = backward,   \
    .fused = fused                                                                                     \
  }
static const actzoo_kernels        f32 = ROW(ACTZOO_F32, &type32), f64 = ROW(ACTZOO_F64, &type64);
static const actzoo_kernels *const rows[] = {&f32, &f64};
static const actzoo_plugin         plugin = {
            .size = sizeof(actzoo_plugin), .needs_minor = 0, .kernels_count = 2, .kernels = rows};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
  return &plugin;
}
