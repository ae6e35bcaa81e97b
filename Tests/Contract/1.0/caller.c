/* A caller of 1.0, compiled against actzoo.h as it was then: every function and every field of that
 * header. Runs with every later libactzoo of the same soname. Do not change it. */
#include "actzoo/actzoo.h"
#include <stdio.h>
#include <string.h>

static char why[256];
#define OK(call)                                                                                       \
  if ((call) != ACTZOO_OK) return printf("line %d: %s\n", __LINE__, why), 1
#define CHECK(what)                                                                                    \
  if (!(what)) return printf("line %d: %s\n", __LINE__, #what), 1
#define WHY why, sizeof why

static void parallel_for(void *context, uint64_t count, void (*task)(void *, uint64_t),
                         void *argument) {
  for (uint64_t i = 0; i < count; i++) task(argument, i);
  *(uint64_t *)context += count;
}

int main(void) {
  CHECK(strchr(actzoo_version(), '.'));
  actzoo_options           options = {sizeof options, 0, NULL, 0};
  actzoo_zoo              *zoo;
  const actzoo_activation *crrelu, *rational, *swiglu, *rrelu, *nothing;
  OK(actzoo_open(&options, &zoo, WHY));
  CHECK(actzoo_count(zoo) > 80 && actzoo_at(zoo, 0) && !actzoo_at(zoo, 1u << 30));
  OK(actzoo_find(zoo, "crrelu", &crrelu, WHY));
  OK(actzoo_find(zoo, "org.zoo.rational/1", &rational, WHY));
  OK(actzoo_find(zoo, "swiglu", &swiglu, WHY));
  OK(actzoo_find(zoo, "rrelu", &rrelu, WHY));
  CHECK(actzoo_find(zoo, "none of these", &nothing, WHY) == ACTZOO_NOT_FOUND && *why);
  actzoo_report report = {sizeof report, 0, NULL, NULL, NULL};
  CHECK(actzoo_report_at(zoo, actzoo_report_count(zoo), &report) == ACTZOO_INVALID);

  actzoo_info      info = {.size = sizeof info};
  actzoo_parameter p = {.size = sizeof p};
  OK(actzoo_describe(rrelu, &info));
  CHECK(info.inputs == 1 && info.uses_noise == 1 && info.noise_eval == 0.5 &&
        !strcmp(info.name, "rrelu"));
  OK(actzoo_describe(rational, &info));
  CHECK(info.parameters_count == 2 && info.presets_count > 0 && info.id && info.title && info.formula);
  CHECK(info.source && info.plugin && info.version && info.license && info.path && info.isa &&
        info.text);
  OK(actzoo_describe_parameter(rational, 0, &p));
  CHECK(p.flags & ACTZOO_VECTOR && p.count == 6 && !strcmp(p.name, "a") && p.lower < p.upper);
  double initial[6];
  OK(actzoo_initial(rational, actzoo_preset(rational, 0), 0, 6, initial, WHY));

  char     text[65536];
  uint64_t length;
  OK(actzoo_export(crrelu, NULL, "json", text, sizeof text, &length, WHY));
  CHECK(length == strlen(text));

  actzoo_choice  per_channel = {ACTZOO_PER_CHANNEL, 0, 0};
  actzoo_binding binding = {sizeof binding, ACTZOO_F32, -1, 0, &per_channel, 1};
  actzoo_bound  *f, *gated, *noisy;
  OK(actzoo_bind(crrelu, &binding, &f, WHY));
  OK(actzoo_bind(swiglu, NULL, &gated, WHY));
  OK(actzoo_bind(rrelu, NULL, &noisy, WHY));

  float   x_data[4] = {-1, -1, 2, 2}, dy_data[4] = {1, 1, 1, 1}, y_data[4], dx_data[4], dg_data[4];
  float   eps_data[2] = {0, 1}, deps_data[2], y2_data[4], dx2_data[4], deps2_data[2], u_data[4];
  int64_t shape[2] = {2, 2}, strides[2] = {2, 1}, two = 2;
#define TENSOR(name) actzoo_tensor name = {name##_data, 1, 0, 2, ACTZOO_F32, shape, strides, 0}
  TENSOR(x);
  TENSOR(dy);
  TENSOR(y);
  TENSOR(dx);
  TENSOR(dg);
  TENSOR(y2);
  TENSOR(dx2);
  TENSOR(u);
  actzoo_tensor        eps = {eps_data, 1, 0, 1, ACTZOO_F32, &two, NULL, 0};
  actzoo_tensor        deps = {deps_data, 1, 0, 1, ACTZOO_F32, &two, NULL, 0}, deps2 = deps;
  const actzoo_tensor *parameters[] = {&eps}, *dparameters[] = {&deps}, *dparameters2[] = {&deps2};
  deps2.data = deps2_data;
  uint64_t         ran = 0;
  actzoo_executor  executor = {&ran, 1, 0, parallel_for, NULL};
  actzoo_arguments a = {.size = sizeof a};
  a.x[0] = &x, a.y = &y, a.dy = &dy, a.dx[0] = &dx;
  a.parameters = parameters, a.dparameters = dparameters, a.parameters_count = 1;
  a.executor = &executor;
  OK(actzoo_forward(f, &a, WHY));
  OK(actzoo_backward(f, &a, WHY));
  CHECK(y_data[0] == 0 && y_data[1] < -0.6f && y_data[2] == 2 && y_data[3] > 2.2f);
  a.y = &y2, a.dx[0] = &dx2, a.dparameters = dparameters2;
  OK(actzoo_fused(f, &a, WHY));
  CHECK(!memcmp(y_data, y2_data, sizeof y_data) && !memcmp(dx_data, dx2_data, sizeof dx_data));
  CHECK(!memcmp(deps_data, deps2_data, sizeof deps_data));

  actzoo_arguments two_inputs = {.size = sizeof two_inputs};
  two_inputs.x[0] = &x, two_inputs.x[1] = &dy, two_inputs.dx[0] = &dx, two_inputs.dx[1] = &dg;
  OK(actzoo_backward(gated, &two_inputs, WHY));
  CHECK(dx_data[0] == dx_data[3] && dg_data[0] != dg_data[3]);

  float                lower = 0.125f, upper = 1.0f / 3;
  int64_t              one = 1;
  actzoo_tensor        low = {&lower, 1, 0, 1, ACTZOO_F32, &one, NULL, 0}, high = low;
  const actzoo_tensor *bounds[] = {&low, &high};
  high.data = &upper;
  actzoo_noise(3, 8, u_data, 4);
  actzoo_arguments noise = {.size = sizeof noise};
  noise.x[0] = &x, noise.y = &y, noise.noise = &u, noise.parameters = bounds,
  noise.parameters_count = 2;
  OK(actzoo_forward(noisy, &noise, WHY));
  noise.y = &y2, noise.noise = NULL, noise.flags = ACTZOO_SEEDED_NOISE;
  noise.noise_seed = 3, noise.noise_offset = 8;
  OK(actzoo_forward(noisy, &noise, WHY));
  CHECK(!memcmp(y_data, y2_data, sizeof y_data) && y_data[0] != y_data[1]);

  actzoo_closure *point, *array;
  actzoo_binding  f64 = {sizeof f64, ACTZOO_F64, 0, 0, NULL, 0};
  double          half = 0.5, wide[2] = {-3, 3};
  OK(actzoo_enclose(crrelu, &f64, ACTZOO_POINT, &half, 1, &point, WHY));
  OK(actzoo_enclose(crrelu, &f64, ACTZOO_ARRAY, NULL, 0, &array, WHY));
  CHECK(actzoo_point_f64(point) && !actzoo_point_f32(point) && !actzoo_array_f32(array));
  CHECK(actzoo_point_f64(point)(0) == 0);
  actzoo_array_f64(array)(wide, wide, 2);
  CHECK(wide[1] > 3 && wide[0] < 0);
  actzoo_set_threads(2);
  CHECK(actzoo_threads() == 2);

  actzoo_close(zoo); /* bound handles and closures live on */
  CHECK(actzoo_point_f64(point)(0) == 0);
  static float big[1 << 19]; /* enough for more than one part */
  shape[0] = 1 << 18, executor.concurrency = 4;
  x.data = y.data = big, a.y = &y;
  OK(actzoo_forward(f, &a, WHY));
  actzoo_release(point);
  actzoo_release(array);
  actzoo_unbind(f);
  actzoo_unbind(gated);
  actzoo_unbind(noisy);
  CHECK(ran > 0);
  return 0;
}
