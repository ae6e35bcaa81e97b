/* The zoo's activations in f16 and bf16 as a plugin: what libactzoo makes of the f32 kernels, called from outside.
 *
 * Made by Benchmarks/accuracy.py, which writes subject.h: the text and the list of names. */
#include "actzoo/actzoo.h"
#include "subject.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 8 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static actzoo_zoo     *zoo;

/* Bound anew for every call: coefficients' counts may differ, and time does not matter here. */
static actzoo_bound *bind(const char *name, const actzoo_call *c, char *why, uint64_t size) {
  const actzoo_activation *activation;
  actzoo_info              info = {.size = sizeof info};
  actzoo_choice            choices[MOST] = {{0}};
  actzoo_bound            *bound = NULL;
  pthread_mutex_lock(&lock);
  int opened = zoo ? ACTZOO_OK : actzoo_open(NULL, &zoo, why, size);
  pthread_mutex_unlock(&lock);
  if (opened || actzoo_find(zoo, name, &activation, why, size) || actzoo_describe(activation, &info) ||
      info.parameters_count > MOST)
    return NULL;
  for (uint32_t i = 0; i < info.parameters_count; i++) {
    actzoo_parameter parameter = {.size = sizeof parameter};
    actzoo_describe_parameter(activation, i, &parameter);
    if (parameter.flags & ACTZOO_VECTOR) choices[i].count = (uint64_t)c->param[i].count;
  }
  actzoo_binding binding = {.size = sizeof binding,
                            .dtype = c->dtype,
                            .choices = choices,
                            .choices_count = info.parameters_count};
  return actzoo_bind(activation, &binding, &bound, why, size) ? NULL : bound;
}

static actzoo_tensor tensor(const actzoo_call *c, const actzoo_view *v, actzoo_dtype dtype) {
  return (actzoo_tensor){.data = v->data,
                         .device_type = 1,
                         .ndim = 4,
                         .dtype = dtype,
                         .shape = (int64_t *)c->extent,
                         .strides = (int64_t *)v->stride};
}

static actzoo_status run(const char *name, const actzoo_call *c, int backward) {
  char                     why[256] = "it has too many parameters";
  actzoo_bound            *bound = bind(name, c, why, sizeof why);
  actzoo_tensor            x = tensor(c, &c->x[0], c->dtype), g = tensor(c, &c->x[1], c->dtype);
  actzoo_tensor            y = tensor(c, &c->y, c->dtype), dy = tensor(c, &c->dy, c->dtype);
  actzoo_tensor            dx = tensor(c, &c->dx[0], c->dtype), dg = tensor(c, &c->dx[1], c->dtype);
  actzoo_tensor            noise = tensor(c, &c->noise, ACTZOO_F32), parameters[MOST];
  const actzoo_tensor     *list[MOST] = {0};
  actzoo_arguments         a = {.size = sizeof a, .x = {&x, c->x[1].data ? &g : NULL}};
  actzoo_info              info = {.size = sizeof info};
  const actzoo_activation *activation;
  actzoo_status            status = ACTZOO_INVALID;
  if (bound && !actzoo_find(zoo, name, &activation, why, sizeof why)) {
    actzoo_describe(activation, &info);
    for (uint32_t i = 0; i < info.parameters_count; i++) {
      const actzoo_view *p = &c->param[i];
      parameters[i] = (actzoo_tensor){.data = p->data,
                                      .device_type = 1,
                                      .ndim = 1,
                                      .dtype = ACTZOO_F32,
                                      .shape = (int64_t *)&p->count,
                                      .strides = (int64_t *)&p->step};
      list[i] = &parameters[i];
    }
    a.parameters = list;
    a.parameters_count = info.parameters_count;
    if (c->noise.data) a.noise = &noise;
    if (c->dy.data) a.dy = &dy;
    if (backward) {
      a.dx[0] = c->dx[0].data ? &dx : NULL;
      a.dx[1] = c->dx[1].data ? &dg : NULL;
      status = actzoo_backward(bound, &a, why, sizeof why);
    } else {
      a.y = &y;
      status = actzoo_forward(bound, &a, why, sizeof why);
    }
  }
  actzoo_unbind(bound);
  if (status != ACTZOO_OK) fprintf(stderr, "%s: %s\n", name, why);
  return status;
}

static actzoo_status forward(const void *name, const actzoo_call *c) { return run(name, c, 0); }
static actzoo_status backward(const void *name, const actzoo_call *c) { return run(name, c, 1); }

/* The short name in the text is the zoo's own. */
#define ROW(NAME, DTYPE)                                                                               \
  &(const actzoo_kernels){.size = sizeof(actzoo_kernels),                                              \
                          .dtype = DTYPE,                                                              \
                          .device_type = 1,                                                            \
                          .flags = ACTZOO_BACKWARD_NEEDS_X,                                            \
                          .activation = SUBJECT "." NAME "/1",                                         \
                          .self = NAME,                                                                \
                          .forward = forward,                                                          \
                          .backward = backward},
#define ROWS(NAME) ROW(NAME, ACTZOO_F16) ROW(NAME, ACTZOO_BF16)
static const actzoo_kernels *const rows[] = {NAMES(ROWS)};

ACTZOO_EXPORT const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  static const actzoo_plugin plugin = {
      .size = sizeof plugin, .kernels_count = sizeof rows / sizeof *rows, .kernels = rows};
  (void)host;
  return &plugin;
}
