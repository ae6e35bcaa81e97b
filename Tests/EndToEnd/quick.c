/* Calls one plugin without any host, so that it runs wherever a C compiler and an emulator reach:
 *   quick PLUGIN.so ID INPUTS PARAMETER... -- X...     (a PARAMETER is v or v,v,v)
 * prints y, dx, dg (gated) and each dparam for f32, then for f64, as decimals that read back exactly.
 * The second input of a gated function is x/2 + 1/4; noise is 0.5. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actzoo/plugin.h"

#define MAXIMUM 256
static union {
  float  f[MAXIMUM];
  double d[MAXIMUM];
} x, g, y, dy, dx, dg, parameters[8];
static float  noise[MAXIMUM];
static double gradients[8][MAXIMUM];

static void print(const char *name, const void *values, int is_double, int64_t n) {
  printf("%s", name);
  for (int64_t i = 0; i < n; i++)
    printf(" %.17g", is_double ? ((const double *)values)[i] : (double)((const float *)values)[i]);
  printf("\n");
}

static actzoo_view along(void *data) {
  actzoo_view v = {data, {0, 0, 0, 1}, 0, 1};
  return v;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  const actzoo_plugin *(*entry)(const actzoo_host *);
  *(void **)&entry = dlsym(library, "actzoo_plugin_v1");
  actzoo_host          host = {sizeof host, 0, "quick", NULL};
  const actzoo_plugin *plugin = entry ? entry(&host) : NULL;
  if (!plugin) return fprintf(stderr, "no plugin\n"), 1;

  double  values[MAXIMUM], coefficients[8][MAXIMUM];
  int64_t counts[8], n = 0;
  int     number = 0, i = 4;
  for (; i < argc && strcmp(argv[i], "--"); i++, number++) {
    int64_t count = 0;
    for (char *word = strtok(argv[i], ","); word; word = strtok(NULL, ","))
      coefficients[number][count++] = atof(word);
    counts[number] = count;
  }
  for (i++; i < argc; i++) values[n++] = atof(argv[i]);

  for (int is_double = 0; is_double < 2; is_double++) {
    const actzoo_kernels *row = NULL;
    for (uint64_t k = 0; k < plugin->kernels_count; k++)
      if (!strcmp(plugin->kernels[k]->activation, argv[2]) &&
          plugin->kernels[k]->dtype == (is_double ? ACTZOO_F64 : ACTZOO_F32))
        row = plugin->kernels[k];
    if (!row) return fprintf(stderr, "no row\n"), 1;
    actzoo_view views[8], dviews[8];
    for (int p = 0; p < number; p++) {
      for (int64_t c = 0; c < counts[p]; c++)
        if (is_double)
          parameters[p].d[c] = coefficients[p][c];
        else
          parameters[p].f[c] = (float)coefficients[p][c];
      memset(gradients[p], 0, sizeof gradients[p]);
      views[p] = (actzoo_view){&parameters[p], {0, 0, 0, 0}, 1, counts[p]};
      dviews[p] = (actzoo_view){gradients[p], {0, 0, 0, 0}, 1, counts[p]};
    }
    for (int64_t k = 0; k < n; k++) {
      noise[k] = 0.5f;
      if (is_double)
        x.d[k] = values[k], g.d[k] = values[k] / 2 + 0.25, dy.d[k] = 1;
      else
        x.f[k] = (float)values[k], g.f[k] = (float)(values[k] / 2 + 0.25), dy.f[k] = 1;
    }
    int         gated = atoi(argv[3]) == 2;
    actzoo_call call;
    memset(&call, 0, sizeof call);
    call.size = sizeof call;
    call.dtype = row->dtype;
    call.extent[0] = call.extent[1] = call.extent[2] = 1;
    call.extent[3] = n;
    call.x[0] = along(&x);
    if (gated) call.x[1] = along(&g);
    call.y = along(&y);
    call.dy = along(&dy);
    call.dx[0] = along(&dx);
    if (gated) call.dx[1] = along(&dg);
    call.noise = along(noise);
    call.param = views;
    call.dparam = dviews;
    call.device_type = 1;
    if (row->forward(row->self, &call)) return fprintf(stderr, "forward refused\n"), 1;
    if (row->backward(row->self, &call)) return fprintf(stderr, "backward refused\n"), 1;
    print("y", &y, is_double, n);
    print("dx", &dx, is_double, n);
    if (gated) print("dg", &dg, is_double, n);
    for (int p = 0; p < number; p++) print("dparam", gradients[p], 1, counts[p]);
  }
  return 0;
}
