/* A plugin of 1.0: it uses every field of plugin.h as it was then, and is compiled against that header.
 * Hosts of every later 1.x load it and get the same from it. Do not change it: it stands for plugins whose
 * authors have gone. */
#include "actzoo/plugin.h"
#include <math.h>

ACTZOO_MANIFEST const char manifest[] =
    "actzoo 1\n"
    "plugin org.test.frozen version 1.0.0 license Apache-2.0\n"
    "activation org.test.ramp/1 \"Ramp\"\n"
    "  formula x > 0 ? x : a * x\n"
    "  param a = 0.25 in -10...10 per layer|channel|element no decay\n"
    "  preset steep a = 0.5\n"
    "  claim f32 forward 1 ulp, backward 1 ulp, params 1 ulp\n"
    "  claim f64 forward 1 ulp, backward 1 ulp, params 1 ulp\n"
    "activation org.test.product/1 \"Product\"\n"
    "  formula x * g\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    "activation org.test.noisy/1 \"Noisy\"\n"
    "  formula x * (1 + u)\n"
    "  noise u eval 0.5\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    "activation org.test.growth/1 \"Growth\"\n"
    "  formula exp(x)\n"
    "  alias test-growth\n"
    "  claim f32 forward 1 ulp, backward 2 ulp\n"
    "activation org.test.bend/1 \"Bend\"\n"
    "  formula poly(c, x)\n"
    "  param c[3] = [0, 1, 0.5] per layer|channel\n"
    "  claim f32 forward 1 ulp + 1e-9 in -100...100, backward 1 ulp + 1e-9 in -100...100, params 4 ulp "
    "+ 1e-6\n";

/* One element, in double, which rounds to the nearest float. */
typedef struct {
  double x, g, u, y, c[3]; /* in: the inputs, the noise, y where backward reads it, parameters */
  double value, slope[2],
      share[3]; /* out: f, its derivatives, and those by the coefficients          */
} point;
/* What a row's `self` points at. */
typedef struct {
  void (*of)(point *);
  int parameters; /* in the text: param and dparam have as many */
  int from_y;     /* backward reads y and not x                 */
} function;

static void ramp(point *p) {
  p->value = p->x > 0 ? p->x : p->c[0] * p->x;
  p->slope[0] = p->x > 0 ? 1 : p->c[0];
  p->share[0] = p->x > 0 ? 0 : p->x;
  if (p->x != p->x) p->value = p->slope[0] = p->share[0] = p->x;
}
static void product(point *p) {
  p->value = p->x * p->g;
  p->slope[0] = p->g;
  p->slope[1] = p->x;
}
static void noisy(point *p) {
  p->value = p->x * (1 + p->u);
  p->slope[0] = 1 + p->u;
}
static void growth(point *p) {
  p->value = exp(p->x);
  p->slope[0] = p->y;
}
static void bend(point *p) {
  p->value = p->c[0] + p->x * (p->c[1] + p->x * p->c[2]);
  p->slope[0] = p->c[1] + 2 * p->x * p->c[2];
  p->share[0] = 1;
  p->share[1] = p->x;
  p->share[2] = p->x * p->x;
}

static int64_t at(const actzoo_view *v, const int64_t place[4]) {
  return place[0] * v->stride[0] + place[1] * v->stride[1] + place[2] * v->stride[2] +
         place[3] * v->stride[3];
}
static double load(const actzoo_view *v, actzoo_dtype dtype, int64_t i) {
  return dtype == ACTZOO_F64 ? ((const double *)v->data)[i] : ((const float *)v->data)[i];
}
static void store(const actzoo_view *v, actzoo_dtype dtype, int64_t i, double value) {
  if (dtype == ACTZOO_F64)
    ((double *)v->data)[i] = value;
  else
    ((float *)v->data)[i] = (float)value;
}

enum { FORWARD = 1, BACKWARD = 2 };

static void element(const actzoo_call *c, const function *f, int passes, const int64_t place[4]) {
  point p = {0};
  int   from_y = passes == BACKWARD && f->from_y; /* then x may not be read (P16) */
  if (!from_y) p.x = load(&c->x[0], c->dtype, at(&c->x[0], place));
  if (c->x[1].data) p.g = load(&c->x[1], c->dtype, at(&c->x[1], place));
  if (c->noise.data) p.u = ((const float *)c->noise.data)[at(&c->noise, place)];
  if (from_y) p.y = load(&c->y, c->dtype, at(&c->y, place));
  int64_t coefficients = f->parameters ? c->param[0].count : 0;
  for (int64_t k = 0; k < coefficients; k++)
    p.c[k] = load(&c->param[0], c->dtype, at(&c->param[0], place) + k * c->param[0].step);
  f->of(&p);
  if (f->from_y && !from_y) p.slope[0] = (float)p.value; /* as backward sees it (P17) */
  if (passes & FORWARD) store(&c->y, c->dtype, at(&c->y, place), p.value);
  if (!(passes & BACKWARD)) return;
  double dy = c->dy.data ? load(&c->dy, c->dtype, at(&c->dy, place)) : 1;
  for (int i = 0; i < 2; i++)
    if (c->dx[i].data) store(&c->dx[i], c->dtype, at(&c->dx[i], place), dy * p.slope[i]);
  if (!f->parameters || !c->dparam || !c->dparam[0].data) return;
  for (int64_t k = 0; k < coefficients; k++) {
    double *sum = (double *)c->dparam[0].data + at(&c->dparam[0], place) + k * c->dparam[0].step;
    *sum += dy * p.share[k];
  }
}

static actzoo_status walk(const function *self, const actzoo_call *c, int passes) {
  if (c->device_type != 1) return ACTZOO_UNSUPPORTED;
  if (self->parameters && c->param[0].count > 3) {
    static const char why[] = "three coefficients at most";
    for (uint64_t i = 0; c->message && i < c->message_size && i < sizeof why; i++)
      c->message[i] = why[i];
    return ACTZOO_INVALID;
  }
  int64_t i[4];
  for (i[0] = 0; i[0] < c->extent[0]; i[0]++)
    for (i[1] = 0; i[1] < c->extent[1]; i[1]++)
      for (i[2] = 0; i[2] < c->extent[2]; i[2]++)
        for (i[3] = 0; i[3] < c->extent[3]; i[3]++) element(c, self, passes, i);
  return ACTZOO_OK;
}
static actzoo_status forward(const void *self, const actzoo_call *call) {
  return walk(self, call, FORWARD);
}
static actzoo_status backward(const void *self, const actzoo_call *call) {
  return walk(self, call, BACKWARD);
}
static actzoo_status fused(const void *self, const actzoo_call *call) {
  return walk(self, call, FORWARD | BACKWARD);
}

static const function functions[] = {
    {ramp, 1, 0}, {product, 0, 0}, {noisy, 0, 0}, {growth, 0, 1}, {bend, 1, 0}};
#define ROW(name, type, id, index, needs)                                                              \
  static const actzoo_kernels name = {sizeof(actzoo_kernels),                                          \
                                      type,                                                            \
                                      1,                                                               \
                                      ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | (needs),      \
                                      "org.test." id "/1",                                             \
                                      &functions[index],                                               \
                                      forward,                                                         \
                                      backward,                                                        \
                                      fused}
ROW(ramp_f32, ACTZOO_F32, "ramp", 0, ACTZOO_BACKWARD_NEEDS_X);
ROW(ramp_f64, ACTZOO_F64, "ramp", 0, ACTZOO_BACKWARD_NEEDS_X);
ROW(product_f32, ACTZOO_F32, "product", 1, ACTZOO_BACKWARD_NEEDS_X);
ROW(noisy_f32, ACTZOO_F32, "noisy", 2, ACTZOO_BACKWARD_NEEDS_X);
ROW(growth_f32, ACTZOO_F32, "growth", 3, ACTZOO_BACKWARD_NEEDS_Y);
ROW(bend_f32, ACTZOO_F32, "bend", 4, ACTZOO_BACKWARD_NEEDS_X);

static const actzoo_kernels *const rows[] = {&ramp_f32,  &ramp_f64,   &product_f32,
                                             &noisy_f32, &growth_f32, &bend_f32};

static const char  table[] = "a table of the plugin's";
static const void *extension(const char *id) {
  const char *mine = "org.test.table/1";
  while (*id && *id == *mine) id++, mine++;
  return *id == *mine ? table : NULL;
}
static const actzoo_plugin plugin = {sizeof plugin, 0, sizeof rows / sizeof *rows, rows, extension};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  /* A host may be older than the header (P3): what it does not have is asked for, not assumed. */
  if (ACTZOO_HAS(actzoo_host, host, extension) && host->extension)
    host->extension("org.test.unheard-of/1");
  return &plugin;
}
