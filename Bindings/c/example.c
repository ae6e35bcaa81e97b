/* CRReLU from C: forward and backward with its parameter gradient, and the bits of every result.
 *
 *   cc -std=c99 -I build/include Bindings/c/example.c -L build/lib -lactzoo -Wl,-rpath,build/lib
 *
 * The callers in the other languages print the same lines.                                          */
#include <actzoo/actzoo.h>
#include <stdio.h>
#include <string.h>

static char why[256];

static void print_bits(const char *name, const float *values, int count) {
  printf("%s", name);
  for (int i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    printf(" 0x%08x", (unsigned)bits);
  }
  printf("\n");
}

int main(void) {
  actzoo_zoo              *zoo;
  const actzoo_activation *crrelu;
  actzoo_bound            *bound;
  if (actzoo_open(NULL, &zoo, why, sizeof why) != ACTZOO_OK ||
      actzoo_find(zoo, "crrelu", &crrelu, why, sizeof why) != ACTZOO_OK ||
      actzoo_bind(crrelu, NULL, &bound, why, sizeof why) != ACTZOO_OK)
    return fprintf(stderr, "%s\n", why), 1;

  float   x[8] = {-4, -2, -1, -0.5f, 0, 0.5f, 1, 3}, y[8], dx[8], eps = 0.05f, deps;
  int64_t eight = 8, one = 1;

  actzoo_tensor x_tensor = {x, 1, 0, 1, ACTZOO_F32, &eight, NULL, 0};
  actzoo_tensor y_tensor = {y, 1, 0, 1, ACTZOO_F32, &eight, NULL, 0};
  actzoo_tensor dx_tensor = {dx, 1, 0, 1, ACTZOO_F32, &eight, NULL, 0};
  actzoo_tensor eps_tensor = {&eps, 1, 0, 1, ACTZOO_F32, &one, NULL, 0};
  actzoo_tensor deps_tensor = {&deps, 1, 0, 1, ACTZOO_F32, &one, NULL, 0};

  const actzoo_tensor *parameters[] = {&eps_tensor}, *dparameters[] = {&deps_tensor};

  actzoo_arguments a = {0};
  a.size = sizeof a;
  a.x[0] = &x_tensor;
  a.y = &y_tensor;
  a.dx[0] = &dx_tensor;
  a.parameters = parameters;
  a.dparameters = dparameters;
  a.parameters_count = 1;
  if (actzoo_forward(bound, &a, why, sizeof why) != ACTZOO_OK ||
      actzoo_backward(bound, &a, why, sizeof why) != ACTZOO_OK)
    return fprintf(stderr, "%s\n", why), 1;
  print_bits("y", y, 8);
  print_bits("dx", dx, 8);
  print_bits("deps", &deps, 1);
  actzoo_unbind(bound);
  actzoo_close(zoo);
  return 0;
}
